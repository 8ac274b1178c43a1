using Orleans.Replication.Raft;
using Orleans.Replication.States;
using Orleans.Replication.States.History;
using Orleans.Runtime;

namespace Orleans.Replication.Streams.Provider;

/// <summary>The changes of one state, as a stream.</summary>
internal sealed class StateStream(StreamId id, byte[] key, RaftGroup group, StateHistory history, IServiceProvider services)
{
    /// <summary>The changes after a version.</summary>
    /// <exception cref="RaftException">The replica is out of service.</exception>
    public IReadOnlyList<RecordedChange> Read(long after) => HistoryReader.Read(history, group.GetReader(StatesTable.TableName), key, after);

    public StateChangeBatch ToBatch(in RecordedChange change) => new(id, ChangeReader.ToGroupChange(group.Name, change with { Key = key }), services);
}
