namespace Orleans.Replication.Raft;

/// <summary>A revision was asked for that does not exist or is no longer kept.</summary>
public sealed class RevisionNotKeptException : RaftException
{
    /// <summary>Makes the error.</summary>
    public RevisionNotKeptException(string message, Exception? innerException = null) : base(message, innerException)
    {
    }

    /// <summary>The revision that was asked for.</summary>
    public required long Revision { get; init; }

    /// <summary>The oldest revision that is kept; 0 when there is none.</summary>
    public required long OldestRevision { get; init; }
}
