using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using BenchmarkDotNet.Attributes;
using Orleans.Replication.Libp2p;
using Orleans.Replication.Libp2p.Noise;

namespace Orleans.Replication.Benchmarks.Frames;

/// <summary>One Noise frame: gathered, encrypted, handed over in memory, and decrypted.</summary>
public class NoiseFrameBenchmark
{
    private NoiseConnection _sender = null!;
    private NoiseConnection _receiver = null!;
    private byte[] _plaintext = [];

    /// <summary>A heartbeat, a small batch, and the largest frame there is.</summary>
    [Params(64, 4_096, 65_519)]
    public int Bytes { get; set; }

    [GlobalSetup]
    public void Connect()
    {
        using var identity = PeerIdentity.Generate();
        var (there, back) = (RandomNumberGenerator.GetBytes(32), RandomNumberGenerator.GetBytes(32));
        var link = new MemoryLink();
        _sender = new NoiseConnection(link.A, new NoiseCipherState(there), new NoiseCipherState(back), identity.PublicKey);
        _receiver = new NoiseConnection(link.B, new NoiseCipherState(back), new NoiseCipherState(there), identity.PublicKey);
        _plaintext = RandomNumberGenerator.GetBytes(Bytes);
    }

    [GlobalCleanup]
    public void Disconnect()
    {
        _sender.Dispose();
        _receiver.Dispose();
    }

    [Benchmark(Description = "a Noise frame, both ends")]
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask SendAndReceive()
    {
        await _sender.Output.WriteAsync(_plaintext);
        var result = await _receiver.Input.ReadAsync();
        _receiver.Input.AdvanceTo(result.Buffer.End);
    }
}
