using Orleans.Replication.Transport;

namespace Orleans.Replication.Administration.Wire;

/// <summary>The messages of one stream of the admin protocol.</summary>
internal sealed class AdminMessages(Stream stream) : MessageStream(stream)
{
    /// <summary>The protocol's id.</summary>
    public const string ProtocolId = "/orleans-replication/admin/1.0.0";

    /// <summary>The version that an <see cref="AdminHello"/> names.</summary>
    public const uint Version = 1;

    /// <summary>How large a message of a caller who has not been admitted yet may be.</summary>
    public const int MaxHelloBytes = 4 << 10;

    /// <summary>How large any other may be.</summary>
    public const int MaxMessageBytes = 1 << 20;

    /// <summary>How much of a backup goes into one message.</summary>
    public const int ChunkBytes = 256 << 10;
}
