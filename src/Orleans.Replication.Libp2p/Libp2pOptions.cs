namespace Orleans.Replication.Libp2p;

/// <summary>What a <see cref="Libp2pHost"/> listens on, who it is, and how patient it is. Read once, when the host is made.</summary>
public sealed class Libp2pOptions
{
    /// <summary>
    /// The TCP addresses to listen on, such as <c>/ip4/0.0.0.0/tcp/4001</c>; port 0 lets the system choose. Empty: the host only dials.
    /// </summary>
    public IList<Multiaddr> ListenAddresses { get; } = [];

    /// <summary>
    /// The addresses to tell other peers by identify. Empty: those listened on, where <c>0.0.0.0</c> and <c>::</c> stand for the addresses of this machine.
    /// </summary>
    public IList<Multiaddr> AnnounceAddresses { get; } = [];

    /// <summary>The identity to use. It stays the caller's, who disposes of it after the host. Takes precedence over <see cref="KeyFile"/>.</summary>
    public PeerIdentity? Identity { get; set; }

    /// <summary>
    /// The file that keeps the identity, by convention <c>identity.key</c>; made at first start. Without it and without <see cref="Identity"/>
    /// the host has a new identity in every run.
    /// </summary>
    public string? KeyFile { get; set; }

    /// <summary>
    /// How connections are secured, in the order in which a dial proposes it; a listener takes whichever of these the dialler proposes first. Default: Noise,
    /// then TLS.
    /// </summary>
    public IReadOnlyList<SecurityProtocol> Security { get; set; } = [SecurityProtocol.Noise, SecurityProtocol.Tls];

    /// <summary>
    /// Whether to agree on the multiplexer within the handshake, which saves a round trip, with peers that do so as well. Default: true.
    /// </summary>
    public bool EarlyMuxerNegotiation { get; set; } = true;

    /// <summary>Who may connect and who is dialled. Default: everybody. See <see cref="PeerAllowList"/>.</summary>
    public IConnectionGater? Gater { get; set; }

    /// <summary>How long connecting to one TCP address may take, and how long resolving the names of a peer's addresses. Default: 5 s.</summary>
    public TimeSpan DialTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How many addresses of one peer are dialled at once. The first connection wins, the other attempts are given up. Default: 8.
    /// </summary>
    public int MaxParallelDialsPerPeer { get; set; } = 8;

    /// <summary>
    /// How long a dial to one address may take before the next address of the peer is dialled beside it; one that fails is followed at once. Zero: all of
    /// them at once, at the price of handshakes that are thrown away. Default: 100 ms.
    /// </summary>
    public TimeSpan DialStagger { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// The name servers for <c>/dns…</c> addresses. Empty: the system's own resolver, and for the texts of <c>/dnsaddr</c> its name servers. Names are resolved
    /// anew for every dial.
    /// </summary>
    public IList<System.Net.IPEndPoint> NameServers { get; } = [];

    /// <summary>
    /// How long one of two connections, which came about because two peers dialled each other at once, must have been without a stream before it is closed.
    /// New streams use the other one. Default: 2 s.
    /// </summary>
    public TimeSpan RedundantConnectionGrace { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How long a TCP connection may take to be secured and multiplexed, inbound and outbound. Default: 10 s.</summary>
    public TimeSpan HandshakeTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long agreeing on a stream's protocol may take. Default: 10 s.</summary>
    public TimeSpan NegotiationTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How long a connection without streams stays, unless its peer is kept with <see cref="Libp2pHost.KeepConnected"/>. Default: 5 min;
    /// <see cref="Timeout.InfiniteTimeSpan"/>: for ever.
    /// </summary>
    public TimeSpan IdleTimeout { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// The first pause before a kept peer is dialled again. It doubles with every failure up to <see cref="MaxReconnectDelay"/>, and each pause is
    /// drawn from its upper half, so that peers do not dial in step. Default: 100 ms.
    /// </summary>
    public TimeSpan InitialReconnectDelay { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// The longest pause before a kept peer is dialled again; also how long a connection must have lasted for the pauses to start over.
    /// Default: 5 s.
    /// </summary>
    public TimeSpan MaxReconnectDelay { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>What is granted to other peers.</summary>
    public Libp2pLimits Limits { get; } = new();

    /// <summary>
    /// How a connection carries its streams. <see cref="YamuxOptions.MaxInboundStreams"/> and <see cref="YamuxOptions.MaxConnectionWindowBytes"/> are
    /// set by the host from <see cref="Limits"/>.
    /// </summary>
    public YamuxOptions Yamux { get; } = new();

    /// <summary>
    /// Whether to ask every new peer by identify what it is, as libp2p hosts usually do. It fills <see cref="Libp2pConnection.RemoteInformation"/>, the
    /// <see cref="AddressBook"/> and <see cref="Libp2pHost.ObservedAddresses"/>. Default: true.
    /// </summary>
    public bool IdentifyOnConnect { get; set; } = true;

    /// <summary>What identify calls this program, by convention a name and a version. Default: <c>orleans-replication</c>.</summary>
    public string AgentVersion { get; set; } = "orleans-replication";

    /// <summary>The family of programs that identify says this one belongs to. Default: <c>orleans-replication/1.0.0</c>.</summary>
    public string ProtocolVersion { get; set; } = "orleans-replication/1.0.0";

    /// <summary>Checks every value and the relations between them.</summary>
    /// <exception cref="ArgumentException">A value is out of its range; the message says which one and what to write instead.</exception>
    public void Validate()
    {
        foreach (var address in ListenAddresses)
        {
            if (!address.TryGetTcpEndPoint(out var endPoint) || endPoint is not System.Net.IPEndPoint)
                throw new ArgumentException($"{nameof(ListenAddresses)} holds '{address}'; write an address such as /ip4/0.0.0.0/tcp/4001.");
            if (address.PeerId is not null)
                throw new ArgumentException($"{nameof(ListenAddresses)} holds '{address}'; leave the peer id away, it is this host's own.");
        }

        if (Security is null or [] || Security.Distinct().Count() != Security.Count || !Security.All(Enum.IsDefined))
        {
            throw new ArgumentException(
                $"{nameof(Security)} is [{string.Join(", ", Security ?? [])}]; name {nameof(SecurityProtocol.Noise)}, {nameof(SecurityProtocol.Tls)}, or both, each once.");
        }

        RequirePositive(DialTimeout, nameof(DialTimeout));
        if (MaxParallelDialsPerPeer < 1)
            throw new ArgumentException($"{nameof(MaxParallelDialsPerPeer)} is {MaxParallelDialsPerPeer}, but must be 1 or more.");
        if (DialStagger < TimeSpan.Zero || DialStagger.TotalMilliseconds > int.MaxValue)
            throw new ArgumentException($"{nameof(DialStagger)} is {DialStagger}, but must be zero or more, and at most 24 days.");
        RequirePositive(RedundantConnectionGrace, nameof(RedundantConnectionGrace));
        RequirePositive(HandshakeTimeout, nameof(HandshakeTimeout));
        RequirePositive(NegotiationTimeout, nameof(NegotiationTimeout));
        if (IdleTimeout != Timeout.InfiniteTimeSpan)
            RequirePositive(IdleTimeout, nameof(IdleTimeout));
        RequirePositive(InitialReconnectDelay, nameof(InitialReconnectDelay));
        RequirePositive(MaxReconnectDelay, nameof(MaxReconnectDelay));
        if (MaxReconnectDelay < InitialReconnectDelay)
        {
            throw new ArgumentException(
                $"{nameof(MaxReconnectDelay)} is {MaxReconnectDelay}, but must be at least {nameof(InitialReconnectDelay)}, {InitialReconnectDelay}.");
        }

        ArgumentException.ThrowIfNullOrEmpty(AgentVersion);
        ArgumentException.ThrowIfNullOrEmpty(ProtocolVersion);
        Yamux.Validate();
        Limits.Validate(Yamux);
    }

    private static void RequirePositive(TimeSpan value, string name)
    {
        if (value <= TimeSpan.Zero || value.TotalMilliseconds > int.MaxValue)
            throw new ArgumentException($"{name} is {value}, but must be positive and at most 24 days.");
    }
}
