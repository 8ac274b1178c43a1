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
}
