using System.Buffers;
using System.Text;
using CsCheck;
using Orleans.Replication.Libp2p.Multistream;
using Orleans.Replication.Libp2p.Tests.Support;

namespace Orleans.Replication.Libp2p.Tests.Multistream;

public sealed class MultistreamTests
{
    private static readonly ProtocolId Echo = new("/echo/1.0.0");
    private static readonly ProtocolId Other = new("/other/1.0.0");

    private static readonly Gen<ProtocolId> AnyProtocol =
        Gen.String[Gen.Char.AlphaNumeric, 1, 200].Where(s => ProtocolId.TryParse(s, null, out _)).Select(s => new ProtocolId(s));

    [Theory] // multistream-select README; /multistream/1.0.0 from the libp2p specs, connections/README.md.
    [InlineData("na", "036e610a")]
    [InlineData("ls", "036c730a")]
    [InlineData("/multistream/1.0.0", "132f6d756c746973747265616d2f312e302e300a")]
    public void Lines_have_the_bytes_of_the_specs(string text, string hex)
    {
        var line = text switch
        {
            "na" => MultistreamLine.NotAvailable,
            "ls" => MultistreamLine.List,
            _ => MultistreamLine.Header,
        };

        Assert.Equal(hex, Convert.ToHexStringLower(Write(line)));
        var buffer = new ReadOnlySequence<byte>(Convert.FromHexString(hex));
        Assert.True(MultistreamLine.TryRead(ref buffer, out var read));
        Assert.Equal(line, read);
        Assert.True(buffer.IsEmpty);
    }

    [Fact]
    public void What_is_written_is_read_and_what_follows_is_left() => Gen.Select(AnyProtocol, Bytes.Any).Sample((protocol, following) =>
    {
        var line = Write(MultistreamLine.Of(protocol));
        for (var cut = 0; cut < line.Length; cut += Math.Max(1, line.Length / 7))
        {
            var partial = new ReadOnlySequence<byte>(line, 0, cut);
            Assert.False(MultistreamLine.TryRead(ref partial, out _));
        }

        var buffer = new ReadOnlySequence<byte>([.. line, .. following]);
        Assert.True(MultistreamLine.TryRead(ref buffer, out var read));
        Assert.Equal(protocol, read.Protocol);
        Assert.Equal(following, buffer.ToArray());
    });

    [Fact]
    public void Any_bytes_are_a_line_or_too_few_or_a_typed_error() =>
        Gen.OneOf(Bytes.Any, Bytes.Near(Write(MultistreamLine.Header), Write(MultistreamLine.Of(Echo)))).Sample(bytes =>
        {
            var buffer = new ReadOnlySequence<byte>(bytes);
            try
            {
                if (MultistreamLine.TryRead(ref buffer, out var line))
                    Assert.Equal<byte[]>(bytes, [.. Write(line), .. buffer.ToArray()]);
                else
                    Assert.True(bytes.Length <= MultistreamLine.MaxLineBytes + 2, "A reader that wants ever more needs ever more memory.");
            }
            catch (NegotiationFailedException)
            {
                // The typed error.
            }
        });

    [Theory]
    [InlineData("00")] // Nothing, not even a newline.
    [InlineData("026162")]
    [InlineData("8108")] // 1,025 bytes.
    [InlineData("ffffffffffffffff7f")]
    [InlineData("03fffe0a")] // No UTF-8.
    public void Malformed_lines_are_refused_before_more_is_read(string hex)
    {
        var buffer = new ReadOnlySequence<byte>(Convert.FromHexString(hex));
        Assert.Throws<NegotiationFailedException>(() => MultistreamLine.TryRead(ref buffer, out _));
    }

    [Fact]
    public async Task The_two_sides_agree_on_the_first_protocol_that_is_served()
    {
        var pair = new DuplexPair();
        var answering = MultistreamSelect.AnswerAsync(pair.Second, protocol => protocol == Echo, default);
        var agreed = await MultistreamSelect.ProposeAsync(pair.First, [Other, Echo], default).InTimeAsync("the proposals are answered");

        Assert.Equal(Echo, agreed);
        Assert.Equal(Echo, await answering.InTimeAsync("the responder agrees"));
    }

    [Fact]
    public async Task Proposals_that_are_not_served_fail_for_both_sides()
    {
        var pair = new DuplexPair();
        var answering = MultistreamSelect.AnswerAsync(pair.Second, _ => false, default);
        var error = await Assert.ThrowsAsync<UnsupportedProtocolException>(
            () => MultistreamSelect.ProposeAsync(pair.First, [Other, Echo], default).InTimeAsync("the proposals are answered"));
        await pair.First.Output.CompleteAsync();

        Assert.Equal([Other, Echo], error.Proposed);
        await Assert.ThrowsAsync<NegotiationFailedException>(() => answering.InTimeAsync("the responder gives up"));
    }

    [Fact]
    public async Task Data_sent_right_behind_an_optimistic_proposal_is_left_for_the_protocol()
    {
        var pair = new DuplexPair();
        await MultistreamSelect.ProposeOptimisticallyAsync(pair.First.Output, Echo, default);
        await pair.First.Output.WriteAsync(new byte[] { 1, 2, 3 });

        await MultistreamSelect.AnswerAsync(pair.Second, protocol => protocol == Echo, default).InTimeAsync("the proposal is answered");
        await pair.Second.Output.WriteAsync(new byte[] { 4, 5 });

        Assert.Equal([1, 2, 3], await pair.Second.Input.ReadExactlyAsync(3));
        await MultistreamSelect.ReadOptimisticAnswerAsync(pair.First.Input, Echo, default).InTimeAsync("the answer is read");
        Assert.Equal([4, 5], await pair.First.Input.ReadExactlyAsync(2));
    }

    [Fact]
    public async Task An_initiator_that_waits_for_the_header_first_gets_it()
    {
        var pair = new DuplexPair();
        var answering = MultistreamSelect.AnswerAsync(pair.Second, protocol => protocol == Echo, default);

        await pair.First.Output.WriteAsync(Write(MultistreamLine.Header));
        Assert.Equal(Write(MultistreamLine.Header), await pair.First.Input.ReadExactlyAsync(20));
        await pair.First.Output.WriteAsync(Write(MultistreamLine.Of(Echo)));

        Assert.Equal(Echo, await answering.InTimeAsync("the proposal is answered"));
    }

    [Fact]
    public async Task A_request_for_the_list_is_answered_with_na()
    {
        var pair = new DuplexPair();
        var answering = MultistreamSelect.AnswerAsync(pair.Second, protocol => protocol == Echo, default);
        await pair.First.Output.WriteAsync(Write(MultistreamLine.Header));
        await pair.First.Output.WriteAsync(Write(MultistreamLine.List));
        Assert.Equal(Write(MultistreamLine.Header).Concat(Write(MultistreamLine.NotAvailable)), await pair.First.Input.ReadExactlyAsync(24));

        await pair.First.Output.WriteAsync(Write(MultistreamLine.Of(Echo)));
        Assert.Equal(Echo, await answering.InTimeAsync("the proposal is answered"));
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\n\r\n")]
    [InlineData("")]
    public async Task A_peer_that_speaks_something_else_is_a_typed_error(string text)
    {
        var bytes = Encoding.ASCII.GetBytes(text);

        await Assert.ThrowsAsync<NegotiationFailedException>(
            () => MultistreamSelect.AnswerAsync(DuplexPair.Sending(bytes), _ => true, default).InTimeAsync("the responder gives up"));
        await Assert.ThrowsAsync<NegotiationFailedException>(
            () => MultistreamSelect.ProposeAsync(DuplexPair.Sending(bytes), [Echo], default).InTimeAsync("the initiator gives up"));
    }

    [Fact]
    public async Task An_answer_to_another_proposal_is_a_typed_error()
    {
        byte[] answer = [.. Write(MultistreamLine.Header), .. Write(MultistreamLine.Of(Other))];

        await Assert.ThrowsAsync<NegotiationFailedException>(
            () => MultistreamSelect.ProposeAsync(DuplexPair.Sending(answer), [Echo], default).InTimeAsync("the initiator gives up"));
    }

    [Fact]
    public async Task Endless_proposals_are_cut_off()
    {
        var proposals = Enumerable.Range(0, 1_000).SelectMany(i => Write(MultistreamLine.Of(new ProtocolId($"/p/{i}"))));

        byte[] bytes = [.. Write(MultistreamLine.Header), .. proposals];

        await Assert.ThrowsAsync<NegotiationFailedException>(
            () => MultistreamSelect.AnswerAsync(DuplexPair.Sending(bytes), _ => false, default).InTimeAsync("the responder gives up"));
    }

    [Fact]
    public async Task Any_bytes_make_a_negotiation_succeed_or_fail_with_a_typed_error() =>
        await Gen.OneOf(Bytes.Any, Bytes.Near(Proposal())).SampleAsync(async bytes =>
        {
            var errors = new[]
            {
                await Record.ExceptionAsync(
                    () => MultistreamSelect.AnswerAsync(DuplexPair.Sending(bytes), protocol => protocol == Echo, default).InTimeAsync("it ends")),
                await Record.ExceptionAsync(
                    () => MultistreamSelect.ProposeAsync(DuplexPair.Sending(bytes), [Echo, Other], default).InTimeAsync("it ends")),
            };
            Assert.All(errors, error => Assert.True(error is null or NegotiationFailedException or UnsupportedProtocolException, error?.ToString()));
        });

    private static byte[] Proposal() => [.. Write(MultistreamLine.Header), .. Write(MultistreamLine.Of(Echo))];

    private static byte[] Write(MultistreamLine line)
    {
        var writer = new ArrayBufferWriter<byte>();
        line.WriteTo(writer);
        return writer.WrittenSpan.ToArray();
    }
}
