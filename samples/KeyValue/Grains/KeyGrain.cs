using System.Runtime.CompilerServices;
using Orleans.Replication;

namespace KeyValue.Grains;

/// <summary>A key whose value every silo holds.</summary>
[Replicated]
public sealed class KeyGrain([ReplicatedState("value")] IReplicatedState<StoredValue> stored) : Grain, IKeyGrain
{
    /// <inheritdoc/>
    public async ValueTask<Reading> Get(ReadConsistency consistency)
    {
        var (value, version) = await stored.ReadVersionedAsync(consistency);
        return new Reading(value.Bytes, version);
    }

    /// <inheritdoc/>
    public async ValueTask<WriteReply> Put(byte[] value, long? expectedVersion)
    {
        try
        {
            return new WriteReply(WriteStatus.Done, await stored.WriteAsync(new StoredValue { Bytes = value }, expectedVersion));
        }
        catch (VersionMismatchException mismatch)
        {
            return new WriteReply(WriteStatus.ConditionFailed, mismatch.ActualVersion);
        }
    }

    /// <inheritdoc/>
    public async ValueTask<WriteReply> Delete(long? expectedVersion)
    {
        try
        {
            return new WriteReply(await stored.ClearAsync(expectedVersion) ? WriteStatus.Done : WriteStatus.NotFound, Version: 0);
        }
        catch (VersionMismatchException mismatch)
        {
            return new WriteReply(WriteStatus.ConditionFailed, mismatch.ActualVersion);
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<KeyChange> Watch(long? fromVersion, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var change in stored.WatchAsync(fromVersion, cancellationToken))
            yield return new KeyChange(change.Kind, change.Value.Bytes, change.Version);
    }
}
