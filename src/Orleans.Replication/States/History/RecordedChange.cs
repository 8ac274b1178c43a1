using System.Buffers;
using Orleans.Replication.Raft;

namespace Orleans.Replication.States.History;

/// <summary>One change of one state.</summary>
/// <param name="Version">The version it made: the index of its command.</param>
/// <param name="Kind">What happened.</param>
/// <param name="PreviousVersion">The version that the state had before; 0 when it did not exist.</param>
/// <param name="Timestamp">The leader's clock.</param>
/// <param name="State">The state's record afterwards (<see cref="StateFormat"/>); empty when it does not exist. Other changes of the state share memory with it.</param>
/// <param name="Origin">Who proposed it (<see cref="OriginFormat"/>); empty when that is not known.</param>
internal readonly record struct RecordedChange(
    long Version, StateChangeKind Kind, long PreviousVersion, DateTimeOffset Timestamp, ReadOnlySequence<byte> State, ReadOnlyMemory<byte> Origin = default)
{
    /// <summary>The state (<see cref="StateKey"/>); empty for a change that is not kept.</summary>
    public ReadOnlyMemory<byte> Key { get; init; }
}
