using System.IO.Pipelines;

namespace Orleans.Replication.Raft.Tests.Wire;

/// <summary>One end of a connection of which a test holds the other: what comes in is in the test's hands, what goes out can be looked at.</summary>
internal sealed class BytePipe : IDuplexPipe
{
    private readonly Pipe _in = new(new PipeOptions(pauseWriterThreshold: 0));
    private readonly Pipe _out = new(new PipeOptions(pauseWriterThreshold: 0));

    public PipeReader Input => _in.Reader;

    public PipeWriter Output => _out.Writer;

    /// <summary>Lets bytes arrive.</summary>
    public async Task ArriveAsync(ReadOnlyMemory<byte> bytes) => await _in.Writer.WriteAsync(bytes);

    /// <summary>Lets bytes arrive in pieces of the given sizes, taken in turn, and then the end.</summary>
    public async Task ArriveInPiecesAsync(ReadOnlyMemory<byte> bytes, IReadOnlyList<int> sizes)
    {
        for (var i = 0; !bytes.IsEmpty; i++)
        {
            var size = Math.Min(bytes.Length, sizes[i % sizes.Count]);
            await ArriveAsync(bytes[..size]);
            bytes = bytes[size..];
            await Task.Yield();
        }

        End();
    }

    /// <summary>Nothing more arrives.</summary>
    public void End() => _in.Writer.Complete();

    /// <summary>What was sent so far.</summary>
    public byte[] Sent()
    {
        if (!_out.Reader.TryRead(out var result))
            return [];
        var bytes = System.Buffers.BuffersExtensions.ToArray(result.Buffer);
        _out.Reader.AdvanceTo(result.Buffer.Start);
        return bytes;
    }
}
