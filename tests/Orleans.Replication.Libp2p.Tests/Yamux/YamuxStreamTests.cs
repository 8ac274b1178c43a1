using System.Buffers;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Connections;
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

    [Fact]
    public async Task Disposing_after_the_end_was_read_but_not_advanced_over_still_sends_what_was_written()
    {
        await using var pair = SessionPair.Start();
        var (dialled, accepted) = await pair.OpenAsync(_cancellation);
        await dialled.CloseWriteAsync(_cancellation);
        await accepted.Output.WriteAsync(new byte[100_000], _cancellation);
        Assert.True((await accepted.Input.ReadAsync(_cancellation)).IsCompleted);

        await accepted.DisposeAsync();

        Assert.Equal(100_000, (await dialled.ReadToEndAsync(_cancellation)).Length);
        await dialled.DisposeAsync();
        await Deadline.Until(() => pair.Listener.StreamCount == 0, "the stream to be forgotten");
    }

    [Fact]
    public async Task Disposing_while_a_read_waits_wakes_it_and_still_sends_what_was_written()
    {
        await using var pair = SessionPair.Start();
        var (dialled, accepted) = await pair.OpenAsync(_cancellation);
        var reading = accepted.Input.ReadAsync(_cancellation).AsTask();
        await accepted.Output.WriteAsync(new byte[100_000], _cancellation);

        await accepted.DisposeAsync();

        await Assert.ThrowsAsync<ConnectionResetException>(() => Deadline.Within(reading, "the read to end"));
        Assert.Equal(100_000, (await dialled.ReadToEndAsync(_cancellation)).Length);
    }

    [Fact]
    public async Task Disposing_while_the_buffer_of_a_read_is_held_leaves_the_buffer_alone()
    {
        await using var pair = SessionPair.Start();
        var (dialled, accepted) = await pair.OpenAsync(_cancellation);
        await dialled.Output.WriteAsync("held"u8.ToArray(), _cancellation);
        var held = (await accepted.Input.ReadAsync(_cancellation)).Buffer;

        await accepted.DisposeAsync();
        var others = Enumerable.Range(0, 64).Select(_ => ArrayPool<byte>.Shared.Rent(32 * 1024)).ToList();
        others.ForEach(other => other.AsSpan().Fill(0xff));

        Assert.Equal("held"u8.ToArray(), held.ToArray());
        accepted.Input.AdvanceTo(held.End);
        await Assert.ThrowsAsync<StreamResetException>(() => dialled.ReadToEndAsync(_cancellation)); // It was unread.
        others.ForEach(other => ArrayPool<byte>.Shared.Return(other));
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
