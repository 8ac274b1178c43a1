using System.Net.Sockets;
using Orleans.Replication.Libp2p.Diagnostics;
using Orleans.Replication.Libp2p.Transport;

namespace Orleans.Replication.Libp2p.Swarm;

/// <summary>Dials peers by id: address after address, until one leads to a connection whose other end proved to be the peer.</summary>
/// <param name="swarm">What the host shares.</param>
/// <param name="addresses">Where peers are said to be.</param>
/// <param name="upgrader">Secures the sockets.</param>
/// <param name="register">Takes a new connection into the host, or throws.</param>
/// <param name="stopping">Cancelled when the host stops: a dial may outlive the caller that began it.</param>
internal sealed class Dialer(
    SwarmContext swarm, AddressBook addresses, Upgrader upgrader, Action<Libp2pConnection> register, CancellationToken stopping)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<PeerId, Task<Libp2pConnection>> _underWay = [];

    /// <summary>Dials a peer, or joins the dial to it that is under way.</summary>
    /// <param name="peer">The peer.</param>
    /// <param name="tracker">Owns the dial.</param>
    /// <param name="cancellationToken">Ends the wait; the dial itself goes on to its time-out.</param>
    internal Task<Libp2pConnection> DialAsync(PeerId peer, TaskTracker tracker, CancellationToken cancellationToken)
    {
        Task<Libp2pConnection>? dial;
        lock (_lock)
        {
            if (!_underWay.TryGetValue(peer, out dial))
            {
                dial = Task.Run(() => DialAndForgetAsync(peer), CancellationToken.None);
                _underWay.Add(peer, dial);
                tracker.Run(async () => await ((Task)dial).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing));
            }
        }

        return dial.WaitAsync(cancellationToken);
    }

    private async Task<Libp2pConnection> DialAndForgetAsync(PeerId peer)
    {
        try
        {
            return await DialAsync(peer).ConfigureAwait(false);
        }
        finally
        {
            lock (_lock)
                _underWay.Remove(peer);
        }
    }

    private async Task<Libp2pConnection> DialAsync(PeerId peer)
    {
        if (swarm.Options.Gater?.AllowPeer(peer, ConnectionDirection.Outbound) == false)
            throw new PeerNotAllowedException(peer);

        List<Exception> failures = [];
        foreach (var address in addresses.Get(peer))
        {
            try
            {
                return await DialAsync(peer, address).ConfigureAwait(false);
            }
            catch (Exception error) when (error is IOException or SocketException or OperationCanceledException)
            {
                stopping.ThrowIfCancellationRequested();
                failures.Add(error is Libp2pException ? error : new Libp2pException($"{address}: {error.Message}", error));
            }
        }

        swarm.Metrics.DialFailed();
        throw failures switch
        {
            [] => new DialFailedException(peer, $"No address of peer {peer} is known. Add one to the address book."),
            [PeerIdMismatchException or PeerNotAllowedException or ResourceLimitExceededException] => failures[0],
            [var only] => new DialFailedException(peer, $"Dialling peer {peer} failed: {only.Message}", only),
            _ => new DialFailedException(
                peer,
                $"Dialling peer {peer} failed at {failures.Count} addresses: {string.Join(" | ", failures.Select(failure => failure.Message))}",
                new AggregateException(failures)),
        };
    }

    private async Task<Libp2pConnection> DialAsync(PeerId peer, Multiaddr address)
    {
        if (!address.TryGetTcpEndPoint(out var endPoint))
            throw new Libp2pException($"{address} is no plain TCP address; this host dials nothing else.");

        Socket socket;
        using (var timeout = new CancellationTokenSource(swarm.Options.DialTimeout, swarm.Time))
        using (var linked = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, stopping))
        {
            try
            {
                socket = await TcpDialer.ConnectAsync(endPoint, linked.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException error) when (timeout.IsCancellationRequested)
            {
                throw new Libp2pException($"{address} did not answer within {swarm.Options.DialTimeout}.", error);
            }
        }

        var connection = await upgrader.UpgradeAsync(socket, peer, ConnectionDirection.Outbound, stopping).ConfigureAwait(false);
        register(connection);
        return connection;
    }
}
