using CsCheck;

namespace Orleans.Replication.Nemesis.Linearizability;

/// <summary>The judge has to be judged first: on histories that are known to be good or bad, and against trying every order.</summary>
public sealed class LinearizabilityCheckerTests
{
    private static readonly LinearizabilityChecker<RegisterModel.State, RegisterCall, string?> Checker = new(new RegisterModel());

    [Fact]
    public void A_history_without_overlaps_is_judged_like_a_sequence()
    {
        Good(Write("a", 1, 2), Read("a", 3, 4), Call(RegisterCall.Delete, RegisterModel.Done, 5, 6), Read(null, 7, 8));
        Bad(Write("a", 1, 2), Write("b", 3, 4), Read("a", 5, 6));
    }

    [Fact]
    public void A_read_beside_a_write_may_see_either_value_but_the_next_one_does_not_go_back()
    {
        Good(Write("a", 1, 2), Write("b", 3, 10), Read("a", 4, 5), Read("b", 6, 7), Read("b", 11, 12));
        Bad(Write("a", 1, 2), Write("b", 3, 10), Read("b", 4, 5), Read("a", 6, 7));
    }

    [Fact]
    public void A_read_of_what_nobody_wrote_is_a_violation() => Bad(Write("a", 1, 2), Read("ghost", 3, 4));

    [Fact]
    public void A_write_without_an_answer_may_have_happened_or_not_and_also_late()
    {
        Good(Write("a", 1, 2), Lost("b", 3), Read("a", 4, 5));
        Good(Write("a", 1, 2), Lost("b", 3), Read("a", 4, 5), Read("b", 6, 7));
        Bad(Write("a", 1, 2), Read("b", 3, 4), Lost("b", 5));
        Bad(Write("a", 1, 2), Lost("b", 3), Read("b", 4, 5), Read("a", 6, 7));
    }

    [Fact]
    public void A_write_that_happens_twice_is_a_violation() =>
        Bad(Lost("a", 1), Read("a", 2, 3), Write("b", 4, 5), Read("b", 6, 7), Read("a", 8, 9));

    [Fact]
    public void Of_two_creations_one_finds_the_other()
    {
        Good(Create("a", RegisterModel.Done, 1, 4), Create("b", RegisterModel.Exists, 2, 3), Read("a", 5, 6));
        Bad(Create("a", RegisterModel.Done, 1, 4), Create("b", RegisterModel.Done, 2, 3));
    }

    [Fact]
    public void A_violation_names_the_calls_that_do_not_fit()
    {
        var violation = Checker.FindViolation([Write("a", 1, 2), Write("b", 3, 4), Read("a", 5, 6)]);
        Assert.Contains("Read -> a", violation, StringComparison.Ordinal);
    }

    [Fact]
    public void The_verdict_is_that_of_trying_every_order()
    {
        var call = Gen.Select(Gen.Int[0, 3], Gen.Int[0, 1], Gen.Int[0, 2], Gen.Bool);
        var (good, bad) = (0, 0);
        Gen.Select(call.Array[1, 5], Gen.Shuffle(Enumerable.Range(0, 10).ToArray())).Sample(
            (calls, times) =>
            {
                var history = calls.Select((c, i) => Make(c.Item1, c.Item2, c.Item3, c.Item4, times[2 * i], times[(2 * i) + 1])).ToList();
                var expected = CanBeOrdered(history, default);
                Interlocked.Increment(ref expected ? ref good : ref bad);
                return expected == Checker.FindViolation(history) is null;
            },
            iter: 5000);
        Assert.True(good > 100 && bad > 100, $"{good} good and {bad} bad histories are too few of one kind.");
    }

    private static Operation<RegisterCall, string?> Make(int kind, int value, int answer, bool open, int one, int other)
    {
        var (from, to) = (Math.Min(one, other), Math.Max(one, other));
        var text = value == 0 ? "a" : "b";
        return (RegisterCallKind)kind switch
        {
            RegisterCallKind.Read => Read(answer switch { 0 => "a", 1 => "b", _ => null }, from, to),
            RegisterCallKind.Create => Create(text, answer == 0 ? RegisterModel.Done : RegisterModel.Exists, from, to),
            RegisterCallKind.Delete => Call(RegisterCall.Delete, RegisterModel.Done, from, to),
            _ => open ? Lost(text, from) : Write(text, from, to),
        };
    }

    private static bool CanBeOrdered(List<Operation<RegisterCall, string?>> left, RegisterModel.State state)
    {
        if (left.All(operation => operation.IsOpen))
            return true;
        foreach (var next in left.Where(next => left.All(other => other.Returned is not { } ended || ended > next.Invoked)))
        {
            var (after, output) = new RegisterModel().Run(state, next.Input);
            if ((next.IsOpen || output == next.Output) && CanBeOrdered([.. left.Where(other => other != next)], after))
                return true;
        }

        return false;
    }

    private static void Good(params Operation<RegisterCall, string?>[] history) => Assert.Null(Checker.FindViolation(history));

    private static void Bad(params Operation<RegisterCall, string?>[] history) => Assert.NotNull(Checker.FindViolation(history));

    private static Operation<RegisterCall, string?> Write(string value, long from, long to) => Call(RegisterCall.Write(value), RegisterModel.Done, from, to);

    private static Operation<RegisterCall, string?> Create(string value, string answer, long from, long to) => Call(RegisterCall.Create(value), answer, from, to);

    private static Operation<RegisterCall, string?> Read(string? value, long from, long to) => Call(RegisterCall.Read, value, from, to);

    private static Operation<RegisterCall, string?> Lost(string value, long from) => new("lost", RegisterCall.Write(value), from, null, null);

    private static Operation<RegisterCall, string?> Call(RegisterCall call, string? answer, long from, long to) => new("client", call, from, to, answer);
}
