using System.IO.Pipelines;

namespace Orleans.Replication.Benchmarks.Frames;

/// <summary>Two ends of a connection in memory that never make a writer wait: what is measured on it is code alone.</summary>
internal sealed class MemoryLink
{
    private static readonly PipeOptions Unlimited = new(
        readerScheduler: PipeScheduler.Inline,
        writerScheduler: PipeScheduler.Inline,
        pauseWriterThreshold: 0,
        resumeWriterThreshold: 0,
        minimumSegmentSize: 128 * 1024,
        useSynchronizationContext: false);

    public MemoryLink()
    {
        var (there, back) = (new Pipe(Unlimited), new Pipe(Unlimited));
        A = new End(back.Reader, there.Writer);
        B = new End(there.Reader, back.Writer);
    }

    public IDuplexPipe A { get; }

    public IDuplexPipe B { get; }

    private sealed record End(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
