using Orleans.Replication.Libp2p;

namespace Orleans.Replication.Access;

/// <summary>What both ends of the access protocol share: the door of a group for those who hold no replica.</summary>
internal static class AccessProtocol
{
    /// <summary>The version that a hello names.</summary>
    public const uint Version = 1;

    /// <summary>How large a hello may be: a token of 1,024 characters and two names.</summary>
    public const int MaxHelloBytes = 8 << 10;

    /// <summary>What a request has beside the key and the payload of its command.</summary>
    public const int RequestOverheadBytes = 4 << 10;

    /// <summary>How large a response may be: twice the largest command, since operations make states grow.</summary>
    public const int MaxResponseBytes = 64 << 20;

    /// <summary>How many states may be read at once.</summary>
    public const int MaxKeys = 256;

    /// <summary>How many ranges may be read at once.</summary>
    public const int MaxRanges = 4096;

    /// <summary>How large a response with rows is, unless one row alone is larger.</summary>
    public const int ScanResponseBytes = 1 << 20;

    /// <summary>How many streams a caller may have open on one connection, watches included.</summary>
    public const int MaxStreamsPerConnection = MaxRequestsPerConnection + MaxWatchesPerConnection;

    /// <summary>How many requests a caller has under way at once on one connection; its further ones wait.</summary>
    public const int MaxRequestsPerConnection = 64;

    /// <summary>How many watches a caller has at once on one connection; its further ones are refused.</summary>
    public const int MaxWatchesPerConnection = 32;

    /// <summary>How often a watch in which nothing happens shows that it lives.</summary>
    public static readonly TimeSpan SignOfLife = TimeSpan.FromSeconds(3);

    /// <summary>After which silence of a watch it is taken to be lost.</summary>
    public static readonly TimeSpan MaxSilence = 4 * SignOfLife;

    /// <summary>The protocol's id.</summary>
    public static readonly ProtocolId Id = new("/orleans-replication/access/1.0.0");
}
