using System.IO.Pipelines;

namespace Orleans.Replication.Libp2p.Tests.Support;

/// <summary>Two ends of a connection in memory, in segments as small as asked for, so that frames are cut to pieces.</summary>
internal sealed class DuplexPair
{
    internal DuplexPair(int segmentBytes = 4096)
    {
        var options = new PipeOptions(minimumSegmentSize: segmentBytes, pauseWriterThreshold: 0, useSynchronizationContext: false);
        var (forth, back) = (new Pipe(options), new Pipe(options));
        First = new End(back.Reader, forth.Writer);
        Second = new End(forth.Reader, back.Writer);
    }

    internal IDuplexPipe First { get; }

    internal IDuplexPipe Second { get; }

    /// <summary>An end that has these bytes to read and then ends; what is written to it goes nowhere.</summary>
    internal static IDuplexPipe Sending(byte[] bytes)
    {
        var pair = new DuplexPair();
        pair.Second.Output.WriteAsync(bytes).AsTask().GetAwaiter().GetResult();
        pair.Second.Output.Complete();
        return pair.First;
    }

    private sealed record End(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
