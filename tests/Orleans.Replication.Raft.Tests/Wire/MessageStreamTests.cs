using CsCheck;
using Google.Protobuf;
using Orleans.Replication.Raft.Wire;

namespace Orleans.Replication.Raft.Tests.Wire;

public sealed class MessageStreamTests
{
    private const int Limit = 1000;

    private static readonly Gen<int[]> Pieces = Gen.Int[1, 40].Array[1, 10];

    private static readonly Gen<Propose> Messages = Gen.Byte.Array[0, 60].Array[0, 10].Select(commands =>
    {
        var message = new Propose();
        message.Commands.AddRange(commands.Select(command => ByteString.CopyFrom(command)));
        return message;
    });

    [Fact]
    public void Messages_are_read_as_they_were_written_however_the_stream_cuts_them() => Gen.Select(Messages.Array[0, 10], Pieces).Sample((messages, pieces) =>
        RoundTripAsync(messages, pieces).GetAwaiter().GetResult());

    [Fact]
    public void Any_bytes_in_any_pieces_are_messages_a_violation_or_the_end() => Gen.Select(Gen.Byte.Array[0, 400], Pieces).Sample((bytes, pieces) =>
        ReadAllAsync(bytes, pieces).GetAwaiter().GetResult() is not null);

    [Fact]
    public void Messages_with_some_bytes_changed_are_messages_a_violation_or_the_end() =>
        Gen.Select(Messages.Array[1, 5], Pieces, Gen.Int[0, 5000], Gen.Byte).Sample((messages, pieces, at, value) =>
        {
            var bytes = WriteAsync(messages).GetAwaiter().GetResult();
            bytes[at % bytes.Length] = value;
            return ReadAllAsync(bytes, pieces).GetAwaiter().GetResult() is not null;
        });

    [Theory]
    [InlineData(Limit + 1)]
    [InlineData(int.MaxValue)]
    public async Task A_message_above_the_limit_is_refused_as_soon_as_it_is_announced(int length)
    {
        var pipe = new BytePipe();
        var stream = new MessageStream(pipe, Limit);
        var announcement = new byte[5];
        for (var i = 0; i < 5; i++)
            announcement[i] = (byte)(((length >> (7 * i)) & 0x7f) | (i < 4 ? 0x80 : 0));
        await pipe.ArriveAsync(announcement);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var read = stream.ReadAsync(Propose.Parser, CancellationToken.None);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        var violation = await Assert.ThrowsAsync<ProtocolViolationException>(() => read.AsTask().WaitAsync(TimeSpan.FromSeconds(20)));
        Assert.Contains($"A message of {length} bytes was announced; the limit is {Limit}.", violation.Message, StringComparison.Ordinal);
        Assert.InRange(allocated, 0, 256 << 10);
    }

    [Fact]
    public async Task A_length_that_never_ends_is_a_violation()
    {
        var violation = await Assert.ThrowsAsync<ProtocolViolationException>(() => ReadOneAsync([0x80, 0x80, 0x80, 0x80, 0x80, 0x80]));
        Assert.Contains("no varint", violation.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(new byte[] { 0x80 })]
    [InlineData(new byte[] { 5, 1, 2 })]
    public async Task A_stream_that_ends_within_a_message_is_a_violation_and_not_an_end(byte[] bytes)
    {
        var violation = await Assert.ThrowsAsync<ProtocolViolationException>(() => ReadOneAsync(bytes));
        Assert.Contains("ended within a message", violation.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stream_that_ends_between_messages_is_at_its_end() => Assert.Null(await ReadOneAsync([]));

    [Fact]
    public async Task A_message_above_the_limit_is_not_sent_not_even_in_part()
    {
        var pipe = new BytePipe();
        var stream = new MessageStream(pipe, Limit);
        Assert.Throws<ProtocolViolationException>(() => stream.Write(new Propose { Commands = { ByteString.CopyFrom(new byte[Limit]) } }));
        await stream.FlushAsync(CancellationToken.None);
        Assert.Empty(pipe.Sent());
    }

    private static async Task<bool> RoundTripAsync(Propose[] messages, int[] pieces)
    {
        var pipe = new BytePipe();
        var reader = new MessageStream(pipe, Limit);
        var arriving = pipe.ArriveInPiecesAsync(await WriteAsync(messages), pieces);
        foreach (var message in messages)
        {
            if (!message.Equals(await reader.ReadAsync(Propose.Parser, CancellationToken.None)))
                return false;
        }

        await arriving;
        return await reader.ReadAsync(Propose.Parser, CancellationToken.None) is null;
    }

    private static async Task<byte[]> WriteAsync(Propose[] messages)
    {
        var pipe = new BytePipe();
        var writer = new MessageStream(pipe, Limit);
        foreach (var message in messages)
            writer.Write(message);
        await writer.FlushAsync(CancellationToken.None);
        return pipe.Sent();
    }

    private static async Task<Propose?> ReadOneAsync(byte[] bytes)
    {
        var pipe = new BytePipe();
        await pipe.ArriveAsync(bytes);
        pipe.End();
        return await new MessageStream(pipe, Limit).ReadAsync(Propose.Parser, CancellationToken.None);
    }

    private static async Task<List<Propose>> ReadAllAsync(byte[] bytes, int[] pieces)
    {
        var pipe = new BytePipe();
        var reader = new MessageStream(pipe, Limit);
        var arriving = pipe.ArriveInPiecesAsync(bytes, pieces);
        var messages = new List<Propose>();
        try
        {
            while (await reader.ReadAsync(Propose.Parser, CancellationToken.None) is { } message)
                messages.Add(message);
        }
        catch (ProtocolViolationException)
        {
            // As good as a message: typed.
        }

        await arriving;
        return messages;
    }
}
