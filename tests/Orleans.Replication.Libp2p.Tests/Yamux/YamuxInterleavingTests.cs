using System.Buffers;
using CsCheck;
using Microsoft.AspNetCore.Connections;
using Orleans.Replication.Libp2p.Yamux;

namespace Orleans.Replication.Libp2p.Tests.Yamux;

/// <summary>
/// Many streams at once, each with a random script at either end: every byte that is read is the one that was written at its place, ends are ends,
/// resets are resets, and nothing is left behind.
/// </summary>
public sealed class YamuxInterleavingTests
{
    /// <summary>What one end of a stream does after its writes.</summary>
    private enum Ending
    {
        Finish,
        FinishTwice,
        Dispose,
        Reset,
        CompleteWithError,
    }

    private static readonly Gen<Script> Scripts =
        from writes in Gen.Frequency((5, Gen.Int[1, 3_000]), (1, Gen.Int[1, 400_000])).Array[0, 6]
        from flushEach in Gen.Bool
        from ending in Gen.Frequency((6, Gen.Const(Ending.Finish)), (4, Gen.Enum<Ending>()))
        from readAtMost in Gen.Frequency((4, Gen.Const(int.MaxValue)), (1, Gen.Int[0, 100_000]))
        from piece in Gen.Int[1, 70_000]
        select new Script(writes, flushEach, ending, readAtMost, piece);

    [Fact]
    public Task Random_interleavings_keep_every_byte_in_order() =>
        Gen.Select(Gen.Int[16, 200_000], Gen.Select(Gen.Bool, Scripts, Scripts).Array[1, 12]).SampleAsync(RunAsync, iter: 60, threads: 2);

    private static async Task RunAsync(int capacityBytes, (bool FromDialler, Script Opener, Script Acceptor)[] streams)
    {
        var options = new YamuxOptions { MaxConnectionWindowBytes = 1024 * 1024, StreamCloseTimeout = TimeSpan.FromMilliseconds(200) };
        await using var pair = SessionPair.Start(options, options, capacityBytes);
        var accepting = new[] { AcceptAllAsync(pair.Dialler, streams), AcceptAllAsync(pair.Listener, streams) };
        var opening = streams.Select((stream, index) =>
            OpenAsync(stream.FromDialler ? pair.Dialler : pair.Listener, index, stream.Opener));

        await Deadline.Within(Task.WhenAll(opening), $"{streams.Length} opened streams to end");
        await Deadline.Until(() => pair.Dialler.StreamCount == 0 && pair.Listener.StreamCount == 0, "both sessions to forget all streams");
        Assert.All([pair.Dialler, pair.Listener], session => Assert.False(session.Closed.IsCancellationRequested, $"{session.Error}"));
        Assert.All([pair.Dialler, pair.Listener], session => Assert.Equal(1024 * 1024, session.WindowBudget.LeftBytes));

        await pair.DisposeAsync();
        await Deadline.Within(Task.WhenAll(accepting), "the accepted streams to end");
    }

    private static async Task OpenAsync(YamuxSession session, int index, Script script)
    {
        var stream = await session.OpenStreamAsync();
        // The first four bytes say which script the acceptor plays.
        await PlayAsync(stream, script, Seed(index, fromOpener: true), Seed(index, fromOpener: false), BitConverter.GetBytes(index));
    }

    private static async Task AcceptAllAsync(YamuxSession session, (bool FromDialler, Script Opener, Script Acceptor)[] scripts)
    {
        var playing = new List<Task>();
        while (await session.AcceptStreamAsync() is { } stream)
            playing.Add(AcceptAsync(stream, scripts));
        await Task.WhenAll(playing);
    }

    private static async Task AcceptAsync(YamuxStream stream, (bool FromDialler, Script Opener, Script Acceptor)[] scripts)
    {
        try
        {
            var index = BitConverter.ToInt32(await stream.ReadExactlyAsync(4, CancellationToken.None));
            await PlayAsync(stream, scripts[index].Acceptor, Seed(index, fromOpener: false), Seed(index, fromOpener: true), []);
        }
        catch (ConnectionResetException)
        {
            await stream.DisposeAsync();
        }
    }

    private static async Task PlayAsync(YamuxStream stream, Script script, int writeSeed, int readSeed, byte[] preamble)
    {
        var writing = Task.Run(() => WriteAsync(stream, script, writeSeed, preamble));
        var reading = Task.Run(() => ReadAsync(stream, script, readSeed));
        await Task.WhenAll(writing, reading);
        await stream.DisposeAsync();
    }

    private static async Task WriteAsync(YamuxStream stream, Script script, int seed, byte[] preamble)
    {
        try
        {
            await stream.Output.WriteAsync(preamble);
            var offset = 0;
            foreach (var bytes in script.Writes)
            {
                stream.Output.Write(Enumerable.Range(offset, bytes).Select(i => At(seed, i)).ToArray());
                offset += bytes;
                if (script.FlushEach)
                    await stream.Output.FlushAsync();
            }

            await EndAsync(stream, script.Ending);
        }
        catch (ConnectionResetException)
        {
            await stream.Output.CompleteAsync();
        }
    }

    private static async Task EndAsync(YamuxStream stream, Ending ending)
    {
        switch (ending)
        {
            case Ending.Finish:
                await stream.Output.CompleteAsync();
                break;
            case Ending.FinishTwice:
                await stream.CloseWriteAsync();
                await stream.CloseWriteAsync();
                break;
            case Ending.Dispose:
                await stream.DisposeAsync(); // While the other task may be reading.
                break;
            case Ending.Reset:
                stream.Reset(1);
                await stream.Output.CompleteAsync();
                break;
            case Ending.CompleteWithError:
                await stream.Output.CompleteAsync(new IOException("The source failed."));
                break;
        }
    }

    private static async Task ReadAsync(YamuxStream stream, Script script, int seed)
    {
        var offset = 0;
        try
        {
            while (offset < script.ReadAtMost)
            {
                var read = await stream.Input.ReadAsync();
                var part = read.Buffer.Slice(0, Math.Min(read.Buffer.Length, script.Piece));
                foreach (var segment in part)
                {
                    for (var i = 0; i < segment.Length; i++, offset++)
                    {
                        if (segment.Span[i] != At(seed, offset))
                            Assert.Fail($"Stream {stream.Id} brought a wrong byte at {offset}.");
                    }
                }

                var isLast = read.IsCompleted && part.Length == read.Buffer.Length;
                stream.Input.AdvanceTo(part.End);
                if (isLast)
                    break;
            }

            await stream.Input.CompleteAsync();
        }
        catch (ConnectionResetException)
        {
            await stream.Input.CompleteAsync();
        }
        catch (InvalidOperationException)
        {
            // The writing task disposed of the stream meanwhile.
        }
    }

    private static int Seed(int index, bool fromOpener) => (index * 2) + (fromOpener ? 1 : 0);

    private static byte At(int seed, int offset) => (byte)((offset * 31) + (offset >> 8) + seed);

    private sealed record Script(int[] Writes, bool FlushEach, Ending Ending, int ReadAtMost, int Piece)
    {
        public override string ToString() =>
            $"write {string.Join('+', Writes)}{(FlushEach ? " flushing each" : string.Empty)}, {Ending}, read {ReadAtMost} by {Piece}";
    }
}
