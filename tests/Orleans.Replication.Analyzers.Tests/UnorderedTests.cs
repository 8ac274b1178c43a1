using Orleans.Replication.Analyzers.Tests.Compiling;

namespace Orleans.Replication.Analyzers.Tests;

/// <summary>ORPL0008.</summary>
public sealed class UnorderedTests
{
    [Theory]
    [InlineData("foreach (var pair in state.Map) { }")]
    [InlineData("foreach (var key in state.Things.Keys) { }")]
    [InlineData("foreach (var value in state.Set) { }")]
    [InlineData("foreach (var value in state.Hashed) { }")]
    [InlineData("foreach (var value in state.Set.Where(value => value > 0)) { }")]
    [InlineData("foreach (var pair in ImmutableDictionary<int, int>.Empty) { }")]
    [InlineData("foreach (var key in ImmutableDictionary<int, int>.Empty.Keys) { }")]
    [InlineData("foreach (var value in FrozenSet<int>.Empty) { }")]
    [InlineData("foreach (var pair in FrozenDictionary<int, int>.Empty) { }")]
    [InlineData("foreach (var pair in new ConcurrentDictionary<int, int>()) { }")]
    [InlineData("foreach (var pair in new System.Collections.Hashtable()) { }")]
    [InlineData("IReadOnlyDictionary<int, Item> map = state.Things; foreach (var pair in map) { }")]
    [InlineData("_ = state.Set.ToArray();")]
    [InlineData("_ = state.Map.Keys.ToList();")]
    [InlineData("_ = state.Set.Select(value => value + 1).First();")]
    [InlineData("_ = state.Things.Values.Select(item => item.Name).Aggregate((a, b) => a + b);")]
    [InlineData("_ = string.Join(',', state.Map.Keys);")]
    [InlineData("int[] all = [1, .. state.Set];")]
    [InlineData("_ = new List<int>(state.Set);")]
    [InlineData("new List<int>().AddRange(state.Set);")]
    [InlineData("_ = state.Set.Select(value => value * 0.1).Sum();")]
    [InlineData("_ = state.Set.ToImmutableArray();")]
    [InlineData("var enumerator = state.Set.GetEnumerator();")]
    [InlineData("_ = state.Things.MinBy(pair => pair.Value.Size);")]
    public Task Going_through_without_an_order_is_reported(string statement) => Expect.InApply(statement + " // ORPL0008");

    [Fact]
    public Task A_query_in_a_local_is_followed_to_its_use() => Expect.InApply(
        """
        var large = state.Set.Where(value => value > 10);
        foreach (var value in large) { } // ORPL0008
        """);

    [Theory]
    [InlineData("foreach (var pair in state.Map.OrderBy(pair => pair.Key, StringComparer.Ordinal)) { }")]
    [InlineData("foreach (var value in state.Set.Order()) { }")]
    [InlineData("foreach (var value in state.Set.Where(value => value > 0).Select(value => -value).OrderDescending()) { }")]
    [InlineData("var large = state.Set.Where(value => value > 10); _ = large.Order().ToList();")]
    [InlineData("_ = state.Set.ToImmutableSortedSet();")]
    [InlineData("_ = state.Set.ToHashSet().Count;")]
    [InlineData("_ = state.Things.ToImmutableDictionary();")]
    [InlineData("_ = new HashSet<int>(state.Set);")]
    [InlineData("_ = new SortedSet<int>(state.Set);")]
    [InlineData("HashSet<int> copy = [.. state.Set, 1];")]
    [InlineData("_ = state.Sorted.Union(state.Set);")]
    [InlineData("_ = state.Map.Count + state.Set.Count;")]
    [InlineData("_ = state.Set.Contains(1) && state.Map.ContainsKey(Text);")]
    [InlineData("_ = state.Map[Text];")]
    [InlineData("_ = state.Map.TryGetValue(Text, out var value);")]
    [InlineData("_ = state.Set.Any(value => value > 3);")]
    [InlineData("_ = state.Map.Values.Sum() + state.Set.Max();")]
    [InlineData("_ = state.List.Except(state.Set).ToList();")]
    [InlineData("foreach (var value in state.Sorted) { }")]
    [InlineData("foreach (var value in state.List) { }")]
    [InlineData("foreach (var value in state.Fixed.Where(value => value > 0)) { }")]
    [InlineData("foreach (var pair in new SortedDictionary<int, int>()) { }")]
    public Task An_order_or_a_use_that_needs_none_is_not(string statement) => Expect.InApply(statement);
}
