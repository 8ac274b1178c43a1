using System.IO.Pipelines;

namespace Orleans.Replication.Libp2p.Tests.Yamux;

/// <summary>Two ends of a connection in memory: what one writes, the other reads.</summary>
internal sealed class PipePair
{
    /// <param name="capacityBytes">What a direction holds before its writer waits, like the buffers of a socket.</param>
    public PipePair(int capacityBytes = 64 * 1024)
    {
        var options = new PipeOptions(
            pauseWriterThreshold: capacityBytes, resumeWriterThreshold: Math.Max(1, capacityBytes / 2), useSynchronizationContext: false);
        var (there, back) = (new Pipe(options), new Pipe(options));
        A = new End(back.Reader, there.Writer);
        B = new End(there.Reader, back.Writer);
    }

    public IDuplexPipe A { get; }

    public IDuplexPipe B { get; }

    private sealed record End(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
