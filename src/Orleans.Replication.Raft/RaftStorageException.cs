namespace Orleans.Replication.Raft;

/// <summary>
/// A data folder cannot be used: of an unknown version, of another cluster, group or member, damaged, or in use. Nothing in it was changed.
/// </summary>
public sealed class RaftStorageException : RaftException
{
    /// <summary>Makes the error.</summary>
    public RaftStorageException(string message, Exception? innerException = null) : base(message, innerException)
    {
    }

    /// <summary>
    /// True when what is on disk is not as it was written: the member's peers can make it whole (<see cref="RaftGroupOptions.OnDamage"/>). False when the
    /// folder is in use, belongs to somebody else, or is of a version that this software does not read.
    /// </summary>
    public bool IsDamage { get; private init; }

    /// <summary>What is on disk is not as it was written.</summary>
    internal static RaftStorageException Damage(string message, Exception? innerException = null) => new(message, innerException) { IsDamage = true };
}
