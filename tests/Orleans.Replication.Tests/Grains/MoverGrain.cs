namespace Orleans.Replication.Tests.Grains;

/// <inheritdoc cref="IMoverGrain"/>
[Replicated]
public sealed class MoverGrain([ReplicatedState("basket")] IReplicatedState<Basket> basket, IReplicationGroup group) : Grain, IMoverGrain
{
    public async ValueTask<(long Own, long Other)> Fetch(StateReference<Basket> from, long amount)
    {
        var outcome = await group.TransactAsync(new GroupTransaction()
            .Apply(basket.Reference, new Add(amount), out var own)
            .Apply(from, new Spend(amount), out var other));
        return (outcome.ResultOf(own), outcome.ResultOf(other));
    }

    public ValueTask<StateReference<Basket>> Refer() => new(basket.Reference);

    public ValueTask<StateChange<Basket>> ReadAt(long version) => basket.ReadAtAsync(version);
}
