using CsCheck;
using Orleans.Replication.Libp2p.Tests.Support;

namespace Orleans.Replication.Libp2p.Tests;

public sealed class ProtocolIdTests
{
    [Theory]
    [InlineData("")]
    [InlineData("a\nb")]
    [InlineData("na")]
    [InlineData("ls")]
    [InlineData("/multistream/1.0.0")]
    public void What_is_no_line_of_a_negotiation_is_refused(string text)
    {
        Assert.False(ProtocolId.TryParse(text, null, out _));
        Assert.Throws<FormatException>(() => new ProtocolId(text));
    }

    [Fact] // Not among the rows above, for metadata cannot hold it.
    public void Text_without_a_form_in_UTF8_is_refused() => Assert.False(ProtocolId.TryParse(new string('\ud800', 1), null, out _));

    [Fact]
    public void The_longest_has_1022_bytes_of_UTF8()
    {
        Assert.True(ProtocolId.TryParse(new string('a', 1_022), null, out _));
        Assert.False(ProtocolId.TryParse(new string('a', 1_023), null, out _));
        Assert.False(ProtocolId.TryParse(new string('é', 512), null, out _));
    }

    [Fact]
    public void Any_bytes_are_a_protocol_id_or_refused() => Bytes.Any.Sample(bytes =>
    {
        if (ProtocolId.TryParseUtf8(bytes, out var id))
            Assert.Equal(bytes, System.Text.Encoding.UTF8.GetBytes(id.Value));
    });
}
