using CsCheck;
using Orleans.Replication.Libp2p.Tests.Support;
using Orleans.Replication.Libp2p.Yamux;

namespace Orleans.Replication.Libp2p.Tests.Hosts;

/// <summary>Peers that prove who they are and then break the rules of Yamux: their connection ends with the right code, and nobody else notices.</summary>
[CollectionDefinition(nameof(FrameAdversaryTests), DisableParallelization = true)] // Looks at the memory of the whole process.
[Collection(nameof(FrameAdversaryTests))]
public sealed class FrameAdversaryTests : IAsyncLifetime
{
    private const int Window = YamuxOptions.ProtocolWindowBytes;
    private static readonly ProtocolId Hold = new("/hold/1.0.0");

    private readonly PeerIdentity _identity = PeerIdentity.Generate();
    private Libp2pHost _server = null!;
    private Libp2pHost _bystander = null!;
    private Libp2pStream _echo = null!;

    /// <summary>What ends a session, by name.</summary>
    public static TheoryData<string> Violations { get; } = [.. ViolationBytes.Keys];

    private static Dictionary<string, byte[]> ViolationBytes => new()
    {
        ["one byte more than the window"] = [.. FrameDialer.Open(1, Hold), .. Filled(1, Window), .. FrameDialer.Data(1, [0])],
        ["a frame larger than the window"] = [.. FrameDialer.Open(1, Hold), .. FrameDialer.Frame(FrameType.Data, FrameFlags.None, 1, Window + 1)],
        ["a frame of 4 GiB that opens its stream"] = FrameDialer.Frame(FrameType.Data, FrameFlags.Syn, 1, uint.MaxValue),
        ["a stream with an id of the other side"] = FrameDialer.Data(2, [0], FrameFlags.Syn),
        ["a stream opened twice"] = [.. FrameDialer.Open(1, Hold), .. FrameDialer.Open(1, Hold)],
        ["data for the session"] = FrameDialer.Data(0, [0]),
        ["a frame of no known type"] = FrameDialer.Frame((FrameType)9, FrameFlags.None, 1, 0),
        ["another version"] = [1, .. FrameDialer.Frame(FrameType.Ping, FrameFlags.Syn, 0, 0).AsSpan(1)],
    };

    public async ValueTask InitializeAsync()
    {
        _server = await TestHost.StartEchoAsync(options => options.Limits.MaxConnectionsPerPeer = 64);
        _server.SetStreamHandler(Hold, (_, stop) => Task.Delay(Timeout.InfiniteTimeSpan, stop)); // Takes nothing.
        _bystander = await TestHost.StartAsync();
        _bystander.Knows(_server);
        _echo = await _bystander.NewStreamAsync(_server.PeerId, TestHost.Echo).InTimeAsync("a bystander opens a stream");
    }

    public async ValueTask DisposeAsync()
    {
        await _echo.DisposeAsync();
        await _bystander.DisposeAsync();
        await _server.DisposeAsync();
        _identity.Dispose();
    }

    [Theory]
    [MemberData(nameof(Violations))]
    public async Task A_violation_ends_its_connection_with_a_protocol_error_and_no_other(string violation)
    {
        await using var peer = await FrameDialer.ConnectAsync(_server, _identity);

        await peer.SendAsync(ViolationBytes[violation]);

        Assert.Equal(YamuxErrorCode.ProtocolError, await peer.ReadGoAwayAsync());
        await OnlyTheBystanderIsLeftAsync();
    }

    [Fact]
    public async Task Credit_without_end_is_taken_as_much_as_there_is()
    {
        await using var peer = await FrameDialer.ConnectAsync(_server, _identity);
        await peer.SendAsync(FrameDialer.Open(1, Hold));

        for (var i = 0; i < 1_000; i++)
            await peer.SendAsync(FrameDialer.Frame(FrameType.WindowUpdate, FrameFlags.None, 1, uint.MaxValue));
        await peer.SendAsync(FrameDialer.Frame(FrameType.GoAway, FrameFlags.None, 0, 0));

        Assert.Null(await peer.ReadGoAwayAsync());
        await OnlyTheBystanderIsLeftAsync();
    }

    [Fact]
    public async Task Windows_that_are_filled_and_never_read_hold_their_size_and_no_more()
    {
        const int Streams = 100;
        using var memory = new MemoryWatch();
        await using var peer = await FrameDialer.ConnectAsync(_server, _identity);
        for (var i = 0u; i < Streams; i++)
        {
            await peer.SendAsync(FrameDialer.Open(1 + (2 * i), Hold));
            await peer.SendAsync(Filled(1 + (2 * i), Window - 200)); // The proposal is a part of what the window lets through.
        }

        await EchoAsync();
        memory.Report(Streams, $"windows of {Window} bytes filled");
        // What they hold, as much again for what the dialling end of this process and the pools do, and some for the test itself.
        Assert.InRange(memory.PeakGrowthBytes, 0, (2L * Streams * Window) + (32 * 1024 * 1024));
    }

    [Fact]
    public async Task A_peer_that_asks_and_takes_no_answers_holds_up_nobody_and_costs_no_memory()
    {
        const int Pings = 200_000;
        using var memory = new MemoryWatch();
        await using var peer = await FrameDialer.ConnectAsync(_server, _identity);
        var ping = FrameDialer.Frame(FrameType.Ping, FrameFlags.Syn, 0, 7);
        var pings = Enumerable.Repeat(ping, 1_000).SelectMany(bytes => bytes).ToArray();
        for (var sent = 0; sent < Pings; sent += 1_000)
            await peer.SendAsync(pings);

        await EchoAsync();
        memory.Report(Pings, "pings whose answers nobody takes");
        Assert.InRange(memory.PeakGrowthBytes, 0, 64 * 1024 * 1024);
    }

    [Fact]
    public async Task Any_frames_leave_the_host_as_it_was()
    {
        const int Connections = 150;
        var frames = 0;
        using var memory = new MemoryWatch();

        await Plausible.Array[1, 60].SampleAsync(
            async burst =>
            {
                await using var peer = await FrameDialer.ConnectAsync(_server, _identity);
                // The host may end the connection in the middle.
                await Record.ExceptionAsync(() => peer.SendAsync(burst.SelectMany(frame => frame).ToArray()));
                Interlocked.Add(ref frames, burst.Length);
            },
            iter: Connections,
            threads: 1);

        await OnlyTheBystanderIsLeftAsync();
        memory.Report(frames, $"frames on {Connections} connections");
        Assert.InRange(memory.PeakGrowthBytes, 0, 256 * 1024 * 1024);
    }

    /// <summary>Mostly frames that could be right, on few streams, so that the states behind them are reached.</summary>
    private static Gen<byte[]> Plausible { get; } =
        from kind in Gen.Int[0, 9]
        from id in Gen.OneOf(Gen.UInt[0, 8], Gen.UInt)
        from flags in Gen.Frequency((4, Gen.UShort[0, 4]), (1, Gen.UShort[0, 15]))
        from body in Gen.Byte.Array[0, 2_000]
        from length in Gen.OneOf(Gen.UInt[0, 300_000], Gen.UInt)
        select kind switch
        {
            < 3 => FrameDialer.Open(id, TestHost.Echo),
            < 7 => FrameDialer.Data(id, body, (FrameFlags)flags),
            7 => FrameDialer.Frame(FrameType.WindowUpdate, (FrameFlags)flags, id, length),
            8 => FrameDialer.Frame(FrameType.Ping, (FrameFlags)flags, 0, length),
            _ => FrameDialer.Frame(FrameType.Data, (FrameFlags)flags, id, length, body),
        };

    private static byte[] Filled(uint streamId, int bytes)
    {
        const int FrameBytes = 64 * 1024;
        return [.. Enumerable.Repeat(FrameBytes, bytes / FrameBytes).Append(bytes % FrameBytes).SelectMany(length => FrameDialer.Data(streamId, new byte[length]))];
    }

    private async Task OnlyTheBystanderIsLeftAsync()
    {
        await Eventually.TrueAsync(() => _server.Connections.Count == 1, "the connections of the one that breaks the rules are gone");
        await EchoAsync();
    }

    private async Task EchoAsync()
    {
        await _echo.Output.WriteAsync("still here"u8.ToArray()).InTimeAsync("the bystander sends");
        Assert.Equal("still here"u8.ToArray(), await _echo.Input.ReadExactlyAsync("still here".Length));
    }
}
