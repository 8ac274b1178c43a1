namespace Orleans.Replication.Raft.Consensus;

/// <summary>
/// Tells apart what an operation decided, which is the same on every member, from what happened to one member while it ran.
/// </summary>
internal static class LocalFailure
{
    /// <summary>
    /// True when the error comes from this process: no memory, or an assembly that is missing or of another version. The other members may have succeeded.
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
