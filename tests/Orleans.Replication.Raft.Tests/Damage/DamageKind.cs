namespace Orleans.Replication.Raft.Tests.Damage;

/// <summary>What can become of a file.</summary>
public enum DamageKind
{
    Missing,
    Emptied,

    /// <summary>Its second half is gone.</summary>
    Truncated,

    /// <summary>Every byte is 0.</summary>
    Zeroed,

    /// <summary>Its last used bytes are gone.</summary>
    TornTail,

    /// <summary>The page with its last used bytes is 0.</summary>
    ZeroedPage,

    /// <summary>One bit of what it says is another.</summary>
    FlippedBit,

    /// <summary>One bit of the first number in the log's <c>checkpoint</c>, how far it is committed, is 0 instead of 1.</summary>
    LowerCommitIndex,

    /// <summary>One bit of that number is 1 instead of 0.</summary>
    HigherCommitIndex,

    /// <summary>One bit of the second number there, the last entry, is 0 instead of 1.</summary>
    LowerLastIndex,

    /// <summary>One bit of that number is 1 instead of 0.</summary>
    HigherLastIndex,
}
