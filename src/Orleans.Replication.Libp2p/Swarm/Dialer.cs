using System.Net;
using System.Net.Sockets;
using Orleans.Replication.Libp2p.Diagnostics;
using Orleans.Replication.Libp2p.Naming;
using Orleans.Replication.Libp2p.Transport;

namespace Orleans.Replication.Libp2p.Swarm;

/// <summary>
/// Dials peers by id: resolves the names among their addresses anew, and dials side by side until one address leads to a connection whose other end
/// proved to be the peer.
/// </summary>
/// <param name="swarm">What the host shares.</param>
/// <param name="connections">The connections that exist.</param>
/// <param name="addresses">Where peers are said to be.</param>
/// <param name="resolver">Makes addresses of names.</param>
/// <param name="upgrader">Secures the sockets.</param>
/// <param name="register">Takes a new connection into the host, or throws.</param>
/// <param name="stopping">Cancelled when the host stops: a dial may outlive the caller that began it.</param>
internal sealed class Dialer(
    SwarmContext swarm,
    ConnectionTable connections,
    AddressBook addresses,
    AddressResolver resolver,
    Upgrader upgrader,
    Action<Libp2pConnection> register,
    CancellationToken stopping)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<PeerId, Task<Libp2pConnection>> _underWay = [];

    /// <summary>Returns the connection with a peer, joins the dial to it that is under way, or begins one.</summary>
    /// <param name="peer">The peer.</param>
    /// <param name="tracker">Owns the dial.</param>
    /// <param name="cancellationToken">Ends the wait; the dial itself goes on to its time-out.</param>
    internal ValueTask<Libp2pConnection> ConnectAsync(PeerId peer, TaskTracker tracker, CancellationToken cancellationToken)
    {
        if (connections.TryGetBest(peer, out var connection))
            return new(connection);

        Task<Libp2pConnection>? dial;
        lock (_lock)
        {
            if (!_underWay.TryGetValue(peer, out dial))
            {
                // A dial leaves its connection in the table before it is over: what ended since the first look is found by this one.
                if (connections.TryGetBest(peer, out connection))
                    return new(connection);

                dial = Task.Run(() => DialAndForgetAsync(peer, tracker), CancellationToken.None);
                _underWay.Add(peer, dial);
                tracker.Run(async () => await ((Task)dial).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing));
            }
        }

        return new(dial.WaitAsync(cancellationToken));
    }

    private async Task<Libp2pConnection> DialAndForgetAsync(PeerId peer, TaskTracker tracker)
    {
        using var activity = Activities.StartDial(peer);
        try
        {
            var connection = await DialAsync(peer, tracker).ConfigureAwait(false);
            swarm.Metrics.DialEnded(error: null);
            return connection;
        }
        catch (Exception error)
        {
            swarm.Metrics.DialEnded(error);
            activity.Fail(error);
            throw;
        }
        finally
        {
            lock (_lock)
                _underWay.Remove(peer);
        }
    }

    private async Task<Libp2pConnection> DialAsync(PeerId peer, TaskTracker tracker)
    {
        if (swarm.Options.Gater?.AllowPeerDial(peer) == false)
            throw new PeerNotAllowedException(peer);

        var (resolved, unresolved) = await ResolveAsync(peer).ConfigureAwait(false);
        var race = new DialRace(swarm, resolved, (address, token) => DialAsync(peer, address, token), register);
        _ = tracker.Run(() => race.RunAsync(stopping)); // It outlives the dial: the losers have to be taken back.
        if (await race.Result.ConfigureAwait(false) is { } connection)
            return connection;

        stopping.ThrowIfCancellationRequested();
        throw Failure(peer, [.. unresolved, .. race.Failures]);
    }

    /// <summary>Resolves all names among the addresses at once. A name that cannot be resolved is a failed address.</summary>
    private async Task<(IReadOnlyList<Multiaddr> Resolved, IReadOnlyList<Exception> Failures)> ResolveAsync(PeerId peer)
    {
        using var timeout = new CancellationTokenSource(swarm.Options.DialTimeout, swarm.Time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, stopping);
        var resolutions = addresses.Get(peer).Select(address => resolver.ResolveAsync(peer, address, linked.Token).AsTask()).ToArray();
        await ((Task)Task.WhenAll(resolutions)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        stopping.ThrowIfCancellationRequested();
        return (
            [.. resolutions.Where(resolution => resolution.IsCompletedSuccessfully).SelectMany(resolution => resolution.Result).Distinct()],
            [.. resolutions.Where(resolution => !resolution.IsCompletedSuccessfully).Select(FailureOf)]);

        static Exception FailureOf(Task<IReadOnlyList<Multiaddr>> resolution) =>
            resolution.Exception?.InnerException ?? new Libp2pException("A name was not resolved in time.");
    }

    private static Exception Failure(PeerId peer, List<Exception> failures) => failures switch
    {
        [] => new DialFailedException(peer, $"No address of peer {peer} is known. Add one to the address book."),
        [PeerIdMismatchException or PeerNotAllowedException or PeerRefusedException or ResourceLimitExceededException] => failures[0],
        [var only] => new DialFailedException(peer, $"Dialling peer {peer} failed: {only.Message}", only),
        _ => new DialFailedException(
            peer,
            $"Dialling peer {peer} failed at {failures.Count} addresses: {string.Join(" | ", failures.Select(failure => failure.Message))}",
            new AggregateException(failures)),
    };

    private async Task<Libp2pConnection> DialAsync(PeerId peer, Multiaddr address, CancellationToken cancellationToken)
    {
        if (!address.TryGetTcpEndPoint(out var endPoint))
            throw new Libp2pException($"{address} is no plain TCP address; this host dials nothing else.");
        if (swarm.Options.Gater?.AllowAddressDial(peer, address) == false)
            throw new PeerNotAllowedException(peer, address);

        Socket socket;
        using (var timeout = new CancellationTokenSource(swarm.Options.DialTimeout, swarm.Time))
        using (var linked = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken))
        {
            try
            {
                socket = await TcpDialer.ConnectAsync((IPEndPoint)endPoint, linked.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException error) when (timeout.IsCancellationRequested)
            {
                throw new Libp2pException($"{address} did not answer within {swarm.Options.DialTimeout}.", error);
            }
        }

        return await upgrader.UpgradeAsync(socket, peer, ConnectionDirection.Outbound, cancellationToken).ConfigureAwait(false);
    }
}
