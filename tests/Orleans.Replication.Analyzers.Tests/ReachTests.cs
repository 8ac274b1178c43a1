using Orleans.Replication.Analyzers.Tests.Compiling;

namespace Orleans.Replication.Analyzers.Tests;

/// <summary>What belongs to an operation: everything in the compilation that its Apply reaches, and nothing else.</summary>
public sealed class ReachTests
{
    [Fact]
    public Task Methods_local_functions_lambdas_getters_operators_and_constructors_are_followed() => Expect.InApply(
        """
        Step();
        int Local() => Environment.ProcessorCount; // ORPL0005
        Func<Guid> make = () => Guid.NewGuid(); // ORPL0002
        _ = Local() + make().Variant + Property.Day;
        _ = new Helper() + new Helper();
        Func<int> group = Grouped;
        foreach (var each in Sequence()) { }
        _ = $"{new Helper()}";
        _ = 3.Extended();
        """,
        """
        static void Step() => Further();
        static void Further() => Console.WriteLine(); // ORPL0004
        static DateTime Property => DateTime.UtcNow; // ORPL0001
        static int Grouped() => Random.Shared.Next(); // ORPL0003
        static IEnumerable<int> Sequence() { yield return Environment.TickCount; } // ORPL0001
        }

        public static class Extension
        {
            public static int Extended(this int value) => Environment.CurrentManagedThreadId; // ORPL0005
        }

        public sealed class Helper
        {
            private readonly Guid _id = Guid.NewGuid(); // ORPL0002
            public Helper() => Thread.Yield(); // ORPL0007
            public static int operator +(Helper left, Helper right) => Environment.ProcessId; // ORPL0005
            public override string ToString() => 1.5.ToString(); // ORPL0006
        """);

    [Fact]
    public Task A_cycle_ends_and_is_reported_once() => Expect.InApply(
        "_ = Even(Number);",
        """
        static bool Even(int n) => n == 0 || Odd(n - 1);
        static bool Odd(int n) => n != 0 && Even(n - 1) && Guid.NewGuid() != Guid.Empty; // ORPL0002
        """);

    [Fact]
    public Task Overrides_and_implementations_of_what_is_called_are_followed() => Expect.InSource(
        """
        using Orleans.Replication;

        public abstract class Change : IReplicatedOperation<string, int>
        {
            public OperationResult<string, int> Apply(string state, in OperationContext context) => (Make(state), Rule.Limit());
            protected abstract string Make(string state);
            protected IRule Rule { get; set; } = new Fixed();
        }

        public sealed class Append : Change
        {
            protected override string Make(string state) => state + Guid.NewGuid(); // ORPL0002
        }

        public interface IRule { int Limit(); }

        public sealed class Fixed : IRule { public int Limit() => 3; }

        public sealed class Measured : IRule { public int Limit() => Environment.ProcessorCount; } // ORPL0005
        """);

    [Fact]
    public Task An_Apply_that_a_base_class_or_an_explicit_implementation_declares_is_found() => Expect.InSource(
        """
        using Orleans.Replication;

        public abstract class Base
        {
            public virtual OperationResult<string, Guid> Apply(string state, in OperationContext context) => (state, Guid.NewGuid()); // ORPL0002
        }

        public class Derived : Base, IReplicatedOperation<string, Guid>;

        public sealed class Further : Derived
        {
            public override OperationResult<string, Guid> Apply(string state, in OperationContext context) => (DateTime.Now.DayOfWeek.ToString(), default); // ORPL0001
        }

        public sealed class Explicit : IReplicatedOperation<string, int>
        {
            OperationResult<string, int> IReplicatedOperation<string, int>.Apply(string state, in OperationContext context) => (state, Random.Shared.Next()); // ORPL0003
        }

        public struct Value<T> : IReplicatedOperation<T, Guid>
        {
            public OperationResult<T, Guid> Apply(T state, in OperationContext context) => (state, Guid.NewGuid()); // ORPL0002
        }
        """);

    [Fact]
    public Task What_no_operation_reaches_is_not_reported() => Expect.InSource(
        """
        using Orleans.Replication;

        public sealed class Grain
        {
            private static int s_calls;
            public async Task<DateTime> Now() { await Task.Delay(s_calls++); Console.WriteLine(Guid.NewGuid()); return DateTime.Now; }
        }

        public sealed class Looks
        {
            public OperationResult<string, Guid> Apply(string state, in OperationContext context) => (state, Guid.NewGuid());
        }

        public sealed class Add : IReplicatedOperation<string, int>
        {
            public Guid Id { get; } = Guid.NewGuid();
            public static Add Create() => new Add { At = DateTime.UtcNow };
            public DateTime At { get; init; }
            public OperationResult<string, int> Apply(string state, in OperationContext context) => (state + Id + At.Ticks.ToString("x"), 1);
        }
        """);

    [Fact]
    public async Task The_message_says_how_the_operation_gets_there()
    {
        var found = await Compiled.AnalyzeAsync(Compiled.From(("Source.cs",
            """
            using Orleans.Replication;

            public sealed class Add : IReplicatedOperation<string, Guid>
            {
                public OperationResult<string, Guid> Apply(string state, in OperationContext context) => (state, Ids.Next());
            }

            public static class Ids
            {
                public static Guid Next() => Make();
                private static Guid Make() => Guid.NewGuid();
            }
            """)));
        Assert.StartsWith("'Guid.NewGuid()' in 'Add.Apply → Ids.Next → Ids.Make' gives each replica another Guid", Assert.Single(found).GetMessage(null), StringComparison.Ordinal);
    }
}
