using Orleans.Replication.Analyzers.Tests.Compiling;

namespace Orleans.Replication.Analyzers.Tests;

/// <summary>ORPL0011.</summary>
public sealed class MutationTests
{
    [Theory]
    [InlineData("state.Total = 1;")]
    [InlineData("state.Total += Number;")]
    [InlineData("state.Field++;")]
    [InlineData("state.Numbers[0] = 1;")]
    [InlineData("state.Map[Text] = 1;")]
    [InlineData("state.List.Add(1);")]
    [InlineData("state.Set.Remove(1);")]
    [InlineData("state?.List?.Clear();")]
    [InlineData("Array.Sort(state.Numbers);")]
    [InlineData("var list = state.List; list.Sort();")]
    [InlineData("var same = state; same.Total = 1;")]
    [InlineData("state.Items[0].Size = 1;")]
    [InlineData("state.Items.First().Name = Text;")]
    [InlineData("foreach (var item in state.Items) item.Size++;")]
    [InlineData("if (state.Things.TryGetValue(1, out var item)) item.Size = 2;")]
    [InlineData("if (state.Items[0] is { } item) item.Size = 2;")]
    [InlineData("(state.Total, _) = (1, 2);")]
    [InlineData("void Local(State other) => other.Total = 1; Local(state);")]
    [InlineData("state.Pair.Right.Add(1);")]
    public Task Changing_the_state_is_reported(string statement) => Expect.InApply(statement + " // ORPL0011");

    [Theory]
    [InlineData("var next = new State { Total = 1 }; next.Total = 2; next.List.Add(3); return (next, 0);")]
    [InlineData("var list = state.List.ToList(); list.Add(1); list.Sort();")]
    [InlineData("var list = new List<int>(state.List) { 1 }; list.Clear();")]
    [InlineData("_ = state.Fixed.Add(1);")]
    [InlineData("_ = state.List.AsEnumerable().Reverse().ToList();")]
    [InlineData("var pair = state.Pair; pair.Left = 1;")]
    [InlineData("var numbers = (int[])state.Numbers.Clone(); numbers[0] = 1;")]
    [InlineData("var total = state.Total; total++;")]
    public Task Making_a_new_one_is_not(string statement) => Expect.InApply(statement);

    [Fact]
    public Task The_state_is_followed_into_what_it_is_passed_to() => Expect.InApply(
        """
        var copy = new State();
        Change(copy, 1);
        Extensions.Grow(state);
        Pass(state);
        """,
        """
        static void Change(State target, int by) => target.Total += by;
        static void Pass(State target) => Put(target.Items[0]);
        static void Put(Item item) => item.Size = 3; // ORPL0011
        }
        public static class Extensions
        {
            public static void Grow(this State target) => target.List.Add(1); // ORPL0011
        """);
}
