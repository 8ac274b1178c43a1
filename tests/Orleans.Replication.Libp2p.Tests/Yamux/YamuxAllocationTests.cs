using Orleans.Replication.Libp2p.Yamux;

namespace Orleans.Replication.Libp2p.Tests.Yamux;

/// <summary>Counts what the whole process allocates, and therefore runs alone.</summary>
[CollectionDefinition(nameof(YamuxAllocationTests), DisableParallelization = true)]
[Collection(nameof(YamuxAllocationTests))]
public sealed class YamuxAllocationTests
{
    private const int RoundTrips = 2_000;
    private const int MessageBytes = 256;

    // A debug build makes a class of the state of every async method, which a release build does only for those that have to wait.
#if DEBUG
    private const int MaxBytes = 1_000;
#else
    private const int MaxBytes = 50;
#endif

    private readonly CancellationToken _cancellation = Deadline.Token();

    [Fact]
    public async Task A_round_trip_in_steady_state_allocates_next_to_nothing()
    {
        await using var pair = SessionPair.Start();
        var (dialled, accepted) = await pair.OpenAsync(_cancellation);
        var echoing = EchoAsync(accepted);

        // The first rounds fill pools; the best of a few is free of what happens to run beside it.
        var least = double.MaxValue;
        for (var round = 0; round < 5; round++)
        {
            var before = GC.GetTotalAllocatedBytes(precise: true);
            await SendAndReceiveAsync(dialled);
            least = Math.Min(least, (GC.GetTotalAllocatedBytes(precise: true) - before) / (double)RoundTrips);
        }

        await dialled.Output.CompleteAsync();
        await echoing;
        Assert.True(least < MaxBytes, $"A round trip allocated {least:0.0} bytes.");
    }

    [Fact]
    public async Task A_transfer_whose_reader_lags_by_a_grown_window_allocates_next_to_nothing_per_frame()
    {
        const int WindowBytes = 8 * 1024 * 1024;
        const int FrameBytes = 32 * 1024;
        var options = new YamuxOptions { WindowBytes = WindowBytes };
        await using var pair = SessionPair.Start(options, options);
        var (dialled, accepted) = await pair.OpenAsync(_cancellation);
        var message = new byte[WindowBytes];

        // The window is full before the reader takes any of it.
        var least = double.MaxValue;
        for (var round = 0; round < 5; round++)
        {
            var before = GC.GetTotalAllocatedBytes(precise: true);
            await dialled.Output.WriteAsync(message, CancellationToken.None);
            var read = await accepted.Input.ReadAtLeastAsync(WindowBytes, CancellationToken.None);
            accepted.Input.AdvanceTo(read.Buffer.End);
            least = Math.Min(least, (GC.GetTotalAllocatedBytes(precise: true) - before) / (double)(WindowBytes / FrameBytes));
        }

        await dialled.DisposeAsync();
        Assert.True(least < MaxBytes + FrameBytes / 100, $"A frame allocated {least:0.0} bytes.");
    }

    private static async Task SendAndReceiveAsync(YamuxStream stream)
    {
        for (var i = 0; i < RoundTrips; i++)
        {
            stream.Output.GetSpan(MessageBytes)[..MessageBytes].Fill((byte)i);
            stream.Output.Advance(MessageBytes);
            await stream.Output.FlushAsync(CancellationToken.None);
            for (long received = 0; received < MessageBytes;)
            {
                var read = await stream.Input.ReadAsync(CancellationToken.None);
                received += read.Buffer.Length;
                stream.Input.AdvanceTo(read.Buffer.End);
            }
        }
    }

    private static async Task EchoAsync(YamuxStream stream)
    {
        await stream.Input.CopyToAsync(stream.Output, CancellationToken.None);
        await stream.DisposeAsync();
    }
}
