using System.Runtime.CompilerServices;
using BenchmarkDotNet.Attributes;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Replication.Libp2p;
using Orleans.Replication.Libp2p.Yamux;

namespace Orleans.Replication.Benchmarks.Frames;

/// <summary>One data frame of one stream: written, taken by the session's writer, handed over in memory, and read; window updates are a part of it.</summary>
public class YamuxFrameBenchmark
{
    private YamuxSession _dialler = null!;
    private YamuxSession _listener = null!;
    private YamuxStream _sender = null!;
    private YamuxStream _receiver = null!;
    private byte[] _data = [];

    /// <summary>A heartbeat, a small batch, and the largest frame that this host sends.</summary>
    [Params(64, 4_096, 32 * 1024)]
    public int Bytes { get; set; }

    [GlobalSetup]
    public async Task Connect()
    {
        var link = new MemoryLink();
        _dialler = new YamuxSession(link.A, initiator: true, new YamuxOptions(), NullLogger.Instance, TimeProvider.System);
        _listener = new YamuxSession(link.B, initiator: false, new YamuxOptions(), NullLogger.Instance, TimeProvider.System);
        _dialler.Start();
        _listener.Start();
        _data = new byte[Bytes];
        _sender = await _dialler.OpenStreamAsync();
        await _sender.Output.WriteAsync(_data);
        _receiver = (await _listener.AcceptStreamAsync())!;
        await ReceiveAsync();
    }

    [GlobalCleanup]
    public async Task Disconnect()
    {
        await _dialler.DisposeAsync();
        await _listener.DisposeAsync();
    }

    [Benchmark(Description = "a Yamux frame, both ends")]
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask SendAndReceive()
    {
        await _sender.Output.WriteAsync(_data);
        await ReceiveAsync();
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask ReceiveAsync()
    {
        for (long left = Bytes; left > 0;)
        {
            var result = await _receiver.Input.ReadAsync();
            left -= result.Buffer.Length;
            _receiver.Input.AdvanceTo(result.Buffer.End);
        }
    }
}
