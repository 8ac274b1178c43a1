namespace Orleans.Replication.Raft;

/// <summary>A change of a group's members was refused. Nothing was changed.</summary>
public sealed class MembershipChangeException : RaftException
{
    /// <summary>Makes the error.</summary>
    public MembershipChangeException(MembershipChangeRefusal reason, string message, long lag = 0) : base(message)
    {
        Reason = reason;
        Lag = lag;
    }

    /// <summary>Why.</summary>
    public MembershipChangeRefusal Reason { get; }

    /// <summary>For <see cref="MembershipChangeRefusal.Lagging"/>: how many log entries the learner is behind; 0 when it has them all and is not ready for another reason.</summary>
    public long Lag { get; }
}
