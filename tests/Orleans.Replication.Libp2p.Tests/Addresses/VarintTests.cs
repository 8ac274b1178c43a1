using System.Buffers;
using CsCheck;
using Orleans.Replication.Libp2p.Addresses;
using Orleans.Replication.Libp2p.Tests.Support;

namespace Orleans.Replication.Libp2p.Tests.Addresses;

public sealed class VarintTests
{
    [Fact]
    public void What_is_written_is_read() => Gen.OneOf(Gen.ULong[0, long.MaxValue], Gen.ULong[0, 300]).Sample(value =>
    {
        var bytes = new byte[Varint.MaxBytes];
        var written = Varint.Write(bytes, value);

        Assert.Equal(Varint.Length(value), written);
        Assert.Equal(OperationStatus.Done, Varint.TryRead(bytes, out var read, out var count));
        Assert.Equal((value, written), (read, count));
        Assert.Equal(OperationStatus.NeedMoreData, Varint.TryRead(bytes.AsSpan(0, written - 1), out _, out _));
    });

    [Theory]
    [InlineData("8000")]
    [InlineData("ff00")]
    [InlineData("80808080808080808001")]
    [InlineData("ffffffffffffffffff01")]
    public void Longer_forms_than_needed_or_allowed_are_refused(string hex) =>
        Assert.Equal(OperationStatus.InvalidData, Varint.TryRead(Convert.FromHexString(hex), out _, out _));

    [Fact]
    public void Any_bytes_are_a_value_in_its_only_form_or_refused() => Bytes.Any.Sample(bytes =>
    {
        if (Varint.TryRead(bytes, out var value, out var count) != OperationStatus.Done)
            return;
        var again = new byte[Varint.MaxBytes];
        Assert.Equal(count, Varint.Write(again, value));
        Assert.Equal(bytes[..count], again[..count]);
    });
}
