namespace Orleans.Replication.Libp2p;

/// <summary>
/// How one connection carries many streams (<c>/yamux/1.0.0</c>). The defaults suit peers on one local network and between data centres;
/// they are what go-libp2p and js-libp2p use where those agree.
/// </summary>
/// <remarks>
/// The most memory that the peer of one connection can make this side hold is
/// <c><see cref="MaxInboundStreams"/> × <see cref="WindowBytes"/> + <see cref="MaxConnectionWindowBytes"/></c>; what this side holds to be sent
/// is at most <see cref="MaxUnsentBytes"/> per stream, plus what a single write adds to it.
/// </remarks>
public sealed class YamuxOptions
{
    /// <summary>The window every stream has by the protocol, before any update: 262,144 bytes.</summary>
    public const int ProtocolWindowBytes = 256 * 1024;

    /// <summary>
    /// The bytes the peer may send on a new stream before it has to wait for the reader. Default and least: 256 KiB, the protocol's own.
    /// A larger one costs memory on every stream at once; prefer <see cref="MaxWindowBytes"/>, which grows only streams that need it.
    /// </summary>
    public int WindowBytes { get; set; } = ProtocolWindowBytes;

    /// <summary>
    /// The most a stream's window may grow to. It doubles whenever its reader consumes half of it within four round trips, so that a fast
    /// reader on a long link is not held back, and whenever a reader needs to look at more than one window at once. A message that
    /// is looked at as a whole before it is consumed must fit into it. Default: 16 MiB.
    /// </summary>
    public int MaxWindowBytes { get; set; } = 16 * 1024 * 1024;

    /// <summary>
    /// The most by which all windows of one connection together may exceed <see cref="WindowBytes"/> per stream. A window that would grow
    /// beyond it stays as it is. Default: 64 MiB.
    /// </summary>
    public long MaxConnectionWindowBytes { get; set; } = 64 * 1024 * 1024;

    /// <summary>
    /// The largest body of a data frame this side sends, from 16 KiB to 64 KiB. Streams take turns frame by frame, so it is also what a
    /// heartbeat may have to wait for behind a bulk transfer. Any size within the window is accepted. Default: 32 KiB.
    /// </summary>
    public int MaxFrameBytes { get; set; } = 32 * 1024;

    /// <summary>
    /// The bytes of one stream that may wait here to be sent before a flush of its output waits. Default: 128 KiB.
    /// </summary>
    public int MaxUnsentBytes { get; set; } = 128 * 1024;

    /// <summary>The most streams the peer may have open on one connection; further ones are reset. Default: 1,024.</summary>
    public int MaxInboundStreams { get; set; } = 1_024;

    /// <summary>
    /// The most streams this side may have open on one connection; opening another one fails. Default: 1,024. Independent of it, opening waits
    /// while 256 streams are open that the peer has not acknowledged.
    /// </summary>
    public int MaxOutboundStreams { get; set; } = 1_024;

    /// <summary>The most inbound streams that may wait to be accepted; further ones are reset. Default: 256.</summary>
    public int AcceptBacklog { get; set; } = 256;

    /// <summary>
    /// How often the peer is pinged, which also measures the round-trip time. Default: 30 s. <see cref="Timeout.InfiniteTimeSpan"/>: only once, at
    /// the start; a peer that vanished is then noticed by writes alone.
    /// </summary>
    public TimeSpan KeepAliveInterval { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long the peer may leave a ping unanswered while it sends nothing else, or take nothing of what is written, before the connection
    /// counts as lost. Default: 10 s.
    /// </summary>
    public TimeSpan KeepAliveTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How long a stream whose both ends were completed here may wait for the peer to take the rest and to finish its own direction; it
    /// is reset then. Default: 1 min.
    /// </summary>
    public TimeSpan StreamCloseTimeout { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How long closing a session may take to send what its streams still hold, before it is cut. Default: 5 s.</summary>
    public TimeSpan CloseTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Checks every value and the relations between them.</summary>
    /// <exception cref="ArgumentException">A value is out of its range; the message says which one and what to write instead.</exception>
    public void Validate()
    {
        Require(WindowBytes >= ProtocolWindowBytes, nameof(WindowBytes), WindowBytes, "at least 262144 (256 KiB): the protocol grants that much at once");
        Require(MaxWindowBytes >= WindowBytes, nameof(MaxWindowBytes), MaxWindowBytes, $"at least {nameof(WindowBytes)} ({WindowBytes})");
        Require(MaxConnectionWindowBytes >= 0, nameof(MaxConnectionWindowBytes), MaxConnectionWindowBytes, "0 (windows never grow) or more");
        Require(MaxFrameBytes is >= 16 * 1024 and <= 64 * 1024, nameof(MaxFrameBytes), MaxFrameBytes, "from 16384 to 65536");
        Require(MaxUnsentBytes >= MaxFrameBytes, nameof(MaxUnsentBytes), MaxUnsentBytes, $"at least {nameof(MaxFrameBytes)} ({MaxFrameBytes})");
        Require(MaxInboundStreams >= 0, nameof(MaxInboundStreams), MaxInboundStreams, "0 (the peer may open none) or more");
        Require(MaxOutboundStreams >= 1, nameof(MaxOutboundStreams), MaxOutboundStreams, "1 or more");
        Require(AcceptBacklog >= 1, nameof(AcceptBacklog), AcceptBacklog, "1 or more");
        Require(KeepAliveInterval > TimeSpan.Zero || KeepAliveInterval == Timeout.InfiniteTimeSpan, nameof(KeepAliveInterval), KeepAliveInterval, "positive, or Timeout.InfiniteTimeSpan for none");
        Require(KeepAliveTimeout > TimeSpan.Zero, nameof(KeepAliveTimeout), KeepAliveTimeout, "positive");
        Require(StreamCloseTimeout > TimeSpan.Zero, nameof(StreamCloseTimeout), StreamCloseTimeout, "positive");
        Require(CloseTimeout > TimeSpan.Zero, nameof(CloseTimeout), CloseTimeout, "positive");
    }

    private static void Require<T>(bool holds, string name, T value, string allowed)
    {
        if (!holds)
            throw new ArgumentException($"{nameof(YamuxOptions)}.{name} is {value}, but must be {allowed}.");
    }
}
