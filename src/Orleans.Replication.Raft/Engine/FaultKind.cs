using DotNext.IO.Log;
using DotNext.Net.Cluster.Consensus.Raft.StateMachine;
using Orleans.Replication.Raft.Engine.Guards;

namespace Orleans.Replication.Raft.Engine;

/// <summary>What took a replica out of service, as far as it decides what can be done about it.</summary>
internal enum FaultKind
{
    /// <summary>A bug, in a table for example: only a restart, with other software perhaps, can help.</summary>
    Failure,

    /// <summary>The disk is full or refuses (SAFETY 9): what is on it is read anew once it takes writes again.</summary>
    Disk,

    /// <summary>What is on disk is not as it was written, or not what the group has agreed on (SAFETY 10, S2): only the peers can help.</summary>
    Damage,
}

/// <summary>Tells the kinds apart.</summary>
internal static class FaultKinds
{
    public static FaultKind Of(Exception? exception) => exception switch
    {
        null => FaultKind.Failure,
        WriteAheadLog.InternalException failed => Of(failed.InnerException),
        RaftStorageException { IsDamage: true } or DamagedLogException or DivergedLogException or IntegrityException => FaultKind.Damage,
        Wire.PeerUnavailableException or Wire.ProtocolViolationException => FaultKind.Failure,
        IOException or UnauthorizedAccessException => FaultKind.Disk,
        AggregateException { InnerException: { } inner } => Of(inner),
        _ => FaultKind.Failure,
    };
}
