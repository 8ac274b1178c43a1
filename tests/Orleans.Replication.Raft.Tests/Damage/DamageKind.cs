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
}
