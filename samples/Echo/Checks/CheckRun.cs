using System.Diagnostics;
using Orleans.Replication.Libp2p;

namespace Echo.Checks;

/// <summary>Runs every check against one peer and reports each on a line of its own.</summary>
internal sealed class CheckRun(Libp2pHost host, Multiaddr address)
{
    /// <summary>Far beyond what any check takes: a peer that stops answering fails the check instead of hanging the program.</summary>
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private bool _allPassed = true;

    /// <summary>True when every check passed. Without a connection there is nothing to check.</summary>
    internal async Task<bool> RunAsync(CancellationToken cancellationToken)
    {
        await CheckAsync("connect", ConnectAsync, cancellationToken);
        if (!_allPassed)
            return false;

        var peer = new PeerChecks(host, address.PeerId!.Value);
        foreach (var (name, check) in peer.All)
            await CheckAsync(name, check, cancellationToken);
        return _allPassed;
    }

    private async Task<object?> ConnectAsync(CancellationToken cancellationToken)
    {
        var connection = await host.ConnectAsync(address, cancellationToken);
        return new
        {
            peerId = connection.RemotePeer.ToString(),
            security = connection.Security.Value,
            muxer = connection.Multiplexer.Value,
            earlyMuxer = connection.UsedEarlyMuxerNegotiation,
        };
    }

    private async Task CheckAsync(string name, Func<CancellationToken, Task<object?>> check, CancellationToken cancellationToken)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(Deadline);
        var began = Stopwatch.GetTimestamp();
        string? error = null;
        object? detail = null;
        try
        {
            detail = await check(timeout.Token);
        }
        catch (Exception failure) when (failure is CheckFailedException or IOException)
        {
            error = failure.Message;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            error = $"It was not over after {Deadline.TotalSeconds:0} seconds.";
        }

        _allPassed &= error is null;
        EventLine.Write(new { @event = "check", name, ok = error is null, milliseconds = Math.Round(Stopwatch.GetElapsedTime(began).TotalMilliseconds, 3), detail, error });
        if (error is not null)
            await Console.Error.WriteLineAsync($"{name}: {error}");
    }
}
