namespace Orleans.Replication.States;

/// <summary>
/// Tells apart what an operation decided, which is the same on every replica, from what happened to one replica while it ran.
/// </summary>
internal static class ReplicaFailure
{
    /// <summary>
    /// True when the error comes from this process: no memory, or an assembly that is missing or of another version. The other replicas may have
    /// succeeded, so it must not become a rejection.
    /// </summary>
    public static bool Is(Exception error) => error
        is OutOfMemoryException
        or InsufficientExecutionStackException
        or TypeLoadException
        or MissingMemberException
        or TypeInitializationException
        or BadImageFormatException
        or FileNotFoundException
        or FileLoadException
        or ThreadInterruptedException;
}
