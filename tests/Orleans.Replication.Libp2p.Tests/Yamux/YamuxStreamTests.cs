using System.Security.Cryptography;
using Orleans.Replication.Libp2p.Yamux;

namespace Orleans.Replication.Libp2p.Tests.Yamux;

public sealed class YamuxStreamTests
{
    private readonly CancellationToken _cancellation = Deadline.Token();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(65_536)]
    [InlineData(1_048_576)]
    [InlineData(10_485_760)]
    public async Task Echo_brings_back_every_byte(int bytes)
    {
        await using var pair = SessionPair.Start();
        var sent = RandomNumberGenerator.GetBytes(bytes);
        var echo = EchoOneAsync(pair.Listener);

        await using var stream = await pair.Dialler.OpenStreamAsync(_cancellation);
        var writing = WriteAllAsync(stream, sent);
        var received = await stream.ReadToEndAsync(_cancellation);
        await writing;
        await echo;

        Assert.Equal(sent, received);
    }

    private async Task WriteAllAsync(YamuxStream stream, byte[] bytes)
    {
        await stream.Output.WriteAsync(bytes, _cancellation);
        await stream.CloseWriteAsync(_cancellation);
    }

    private async Task EchoOneAsync(YamuxSession session)
    {
        var stream = await session.AcceptStreamAsync(_cancellation);
        Assert.NotNull(stream);
        await stream.Input.CopyToAsync(stream.Output, _cancellation);
        await stream.CloseWriteAsync(_cancellation);
        await stream.DisposeAsync();
    }
}
