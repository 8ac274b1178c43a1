using Orleans.Concurrency;
using Orleans.Replication;

namespace KeyValue.Grains;

/// <summary>One key and its value. Each silo answers from its own replica.</summary>
[Alias("KeyValue.IKeyGrain")]
public interface IKeyGrain : IGrainWithStringKey
{
    /// <summary>Reads the value.</summary>
    [ReadOnly]
    [Alias("Get")]
    ValueTask<Reading> Get(ReadConsistency consistency);

    /// <summary>Writes the value, under the condition that the key has the expected version: 0 when it must not exist, null for no condition.</summary>
    [Alias("Put")]
    ValueTask<WriteReply> Put([Immutable] byte[] value, long? expectedVersion);

    /// <summary>Deletes the key, under the condition that it has the expected version; null for no condition.</summary>
    [Alias("Delete")]
    ValueTask<WriteReply> Delete(long? expectedVersion);

    /// <summary>Follows the key on the caller's own silo: every change after a version, once, in order; null: from now on.</summary>
    [ReadOnly]
    [Alias("Watch")]
    IAsyncEnumerable<KeyChange> Watch(long? fromVersion, CancellationToken cancellationToken = default);
}
