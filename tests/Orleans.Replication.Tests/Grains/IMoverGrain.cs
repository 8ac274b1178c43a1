namespace Orleans.Replication.Tests.Grains;

/// <summary>Has a basket, and moves things between it and those of other grains.</summary>
public interface IMoverGrain : IGrainWithStringKey
{
    /// <summary>Adds to this basket and spends from another, in one transaction.</summary>
    /// <returns>The new totals of both.</returns>
    ValueTask<(long Own, long Other)> Fetch(StateReference<Basket> from, long amount);

    /// <summary>This grain's basket, for others.</summary>
    ValueTask<StateReference<Basket>> Refer();

    /// <summary>The last change of this grain's basket, up to a version.</summary>
    ValueTask<StateChange<Basket>> ReadAt(long version);
}
