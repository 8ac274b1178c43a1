using Orleans.Replication;

namespace Orleans.Storage;

/// <summary>
/// Grain storage could not do what it was asked. The activation and its etag are as they were before the call. A conflict between two writers
/// is not this error but <see cref="InconsistentStateException"/>.
/// </summary>
[Serializable]
[GenerateSerializer]
public sealed class RaftGrainStorageException : Exception
{
    /// <summary>Makes the error.</summary>
    public RaftGrainStorageException()
    {
    }

    /// <summary>Makes the error.</summary>
    public RaftGrainStorageException(string message) : base(message)
    {
    }

    /// <summary>Makes the error.</summary>
    public RaftGrainStorageException(string message, Exception? innerException) : base(message, innerException) =>
        OutcomeUnknown = innerException is ReplicationOutcomeUnknownException;

    /// <summary>
    /// True when the record may have been written although the call failed: the time was over after the command may have entered the log. It is
    /// written at most once. If it was, the etag of this activation is stale, and its next write ends with
    /// <see cref="InconsistentStateException"/>; read the state again to know. False: nothing was written, and a retry is safe.
    /// </summary>
    [Id(0)]
    public bool OutcomeUnknown { get; private set; }
}
