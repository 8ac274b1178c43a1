using Orleans.Runtime;

namespace Orleans.Replication;

/// <summary>What an operation may know beside its arguments and the state: the same on every replica.</summary>
public readonly struct OperationContext
{
    /// <summary>The operation's place in the history of its group: it becomes the version of the state that it writes. Operations of one transaction share it.</summary>
    public required long Index { get; init; }

    /// <summary>The leader's clock when it put the operation into the log. Never goes back, also when the leader changes.</summary>
    public required DateTimeOffset Timestamp { get; init; }

    /// <summary>The grain whose state it is.</summary>
    public required GrainId GrainId { get; init; }

    /// <summary>A number to seed a random generator with, different for each operation.</summary>
    public required ulong Seed { get; init; }

    /// <summary>
    /// The version of the operations that is in force here, 1 at first: raised, never lowered, once the code of every silo knows it (<c>RaftReplicationOptions.OperationsVersion</c>). What an
    /// operation does otherwise than in an earlier release, it does from its version on: <c>context.Version &lt; 2 ? before : now</c>.
    /// </summary>
    public required int Version { get; init; }
}
