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
