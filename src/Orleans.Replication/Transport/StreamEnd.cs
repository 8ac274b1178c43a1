using Orleans.Replication.Libp2p;

namespace Orleans.Replication.Transport;

/// <summary>The end of a stream that was served.</summary>
internal static class StreamEnd
{
    /// <summary>
    /// Waits until the caller has ended its half, for so long and so much: a stream that is let go before is reset, and drops an answer that the caller has not read yet.
    /// </summary>
    public static async ValueTask WaitAsync(Libp2pStream stream, long maxBytes, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(timeout);
        try
        {
            for (var read = 0L; read < maxBytes;)
            {
                var rest = await stream.Input.ReadAsync(deadline.Token).ConfigureAwait(false);
                read += rest.Buffer.Length;
                stream.Input.AdvanceTo(rest.Buffer.End);
                if (rest.IsCompleted)
                    return;
            }
        }
        catch (Exception error) when (error is IOException or OperationCanceledException)
        {
            // The caller has gone, or takes too long.
        }
    }
}
