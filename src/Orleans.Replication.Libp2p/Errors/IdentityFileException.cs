namespace Orleans.Replication.Libp2p;

/// <summary>
/// The identity file cannot be used: it is damaged, holds another kind of key, or others may read it. It is never overwritten, for a
/// replaced identity would make this peer a stranger to its cluster.
/// </summary>
public sealed class IdentityFileException : Libp2pException
{
    internal IdentityFileException(string path, string problem, Exception? innerException = null)
        : base($"The identity file '{path}' {problem}", innerException) => Path = path;

    /// <summary>The file.</summary>
    public string Path { get; }
}
