using System.Threading.Channels;
using Orleans.Replication.Libp2p.Diagnostics;
using Orleans.Replication.Libp2p.Swarm;

namespace Orleans.Replication.Libp2p.Identify;

/// <summary>
/// Tells the connected peers unasked when what this host is has changed. Changes that come while peers are being told are told together afterwards.
/// </summary>
/// <param name="swarm">What the host shares.</param>
/// <param name="connections">The connections of the host.</param>
/// <param name="description">What to tell.</param>
internal sealed class IdentifyPush(SwarmContext swarm, ConnectionTable connections, OwnDescription description)
{
    /// <summary>How many peers are told at once.</summary>
    private const int MaxAtOnce = 16;

    private readonly Channel<bool> _changed =
        Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    /// <summary>Something has changed.</summary>
    internal void Notify() => _changed.Writer.TryWrite(true);

    internal async Task RunAsync(CancellationToken cancellationToken)
    {
        var options = new ParallelOptions { MaxDegreeOfParallelism = MaxAtOnce, CancellationToken = cancellationToken };
        while (true)
        {
            await _changed.Reader.ReadAsync(cancellationToken).ConfigureAwait(false);
            await Parallel.ForEachAsync(connections.Snapshot(), options, PushAsync).ConfigureAwait(false);
        }
    }

    private async ValueTask PushAsync(Libp2pConnection connection, CancellationToken cancellationToken)
    {
        if (connection.RemoteInformation is { } known && !known.Protocols.Contains(IdentifyService.PushProtocol))
            return;

        using var timeout = new CancellationTokenSource(swarm.Options.NegotiationTimeout, swarm.Time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            var stream = await connection.OpenStreamAsync([IdentifyService.PushProtocol], linked.Token).ConfigureAwait(false);
            using (stream) // Not asynchronously: a peer that does not answer must not hold up the others beyond the time-out.
            {
                IdentifyCodec.Write(stream.Output, description.For(connection));
                await stream.Output.FlushAsync(linked.Token).ConfigureAwait(false);
                await stream.CloseWriteAsync(linked.Token).ConfigureAwait(false);
                await stream.Input.ReadAsync(linked.Token).ConfigureAwait(false); // Its end: the peer has taken everything.
            }
        }
        catch (Exception error) when (error is IOException or OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Log.PushFailed(swarm.Logger, connection.RemotePeer.ToShortString(), error);
        }
    }
}
