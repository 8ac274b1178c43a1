namespace Orleans.Replication.Tests.Grains;

/// <inheritdoc cref="IRelaxedGrain"/>
[Replicated]
public sealed class RelaxedGrain(
    [ReplicatedState("any", Consistency = ReadConsistency.Stale)] IReplicatedState<Basket> any,
    [ReplicatedState("hour", Consistency = ReadConsistency.Stale, MaxStaleness = "01:00:00")] IReplicatedState<Basket> hour) : Grain, IRelaxedGrain
{
    public ValueTask<long> ReadAnyAge(ReadConsistency? consistency) => any.ReadAsync(basket => basket.Total, consistency);

    public ValueTask<long> ReadWithinAnHour(ReadConsistency? consistency) => hour.ReadAsync(basket => basket.Total, consistency);

    public ValueTask<VersionedState<Basket>> ReadVersionedWithinAnHour() => hour.ReadVersionedAsync();
}
