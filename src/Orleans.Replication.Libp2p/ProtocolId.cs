using System.Text;

namespace Orleans.Replication.Libp2p;

/// <summary>
/// The name of a protocol on a stream, for example <c>/ipfs/ping/1.0.0</c>. Two ids are equal when their text is equal, byte for byte.
/// </summary>
/// <remarks>
/// A protocol id is one line of multistream-select 1.0: not empty, no newline, at most <see cref="MaxBytes"/> bytes of UTF-8, and none of
/// the lines that mean something else there (<c>na</c>, <c>ls</c>, <c>/multistream/1.0.0</c>).
/// </remarks>
public readonly record struct ProtocolId : ISpanParsable<ProtocolId>, ISpanFormattable
{
    /// <summary>The most bytes of UTF-8 a protocol id may have: go and js refuse longer lines.</summary>
    public const int MaxBytes = 1_022;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly string? _value;

    /// <summary>Creates a protocol id.</summary>
    /// <param name="value">The name, for example <c>/echo/1.0.0</c>.</param>
    /// <exception cref="FormatException">The name is empty, too long, holds a newline, or is reserved by multistream-select.</exception>
    public ProtocolId(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        if (!IsValid(value))
            throw new FormatException($"'{value}' is no protocol id: it must be one line of 1 to {MaxBytes} bytes of UTF-8, such as /echo/1.0.0.");
        _value = value;
    }

    private ProtocolId(string value, bool _) => _value = value;

    /// <summary>The name; empty for the default value.</summary>
    public string Value => _value ?? string.Empty;

    /// <inheritdoc/>
    public static ProtocolId Parse(ReadOnlySpan<char> s, IFormatProvider? provider = null) => new(s.ToString());

    /// <inheritdoc/>
    public static ProtocolId Parse(string s, IFormatProvider? provider = null) => new(s);

    /// <inheritdoc/>
    public static bool TryParse(ReadOnlySpan<char> s, IFormatProvider? provider, out ProtocolId result) =>
        TryParse(s.Length > MaxBytes ? null : s.ToString(), provider, out result);

    /// <inheritdoc/>
    public static bool TryParse(string? s, IFormatProvider? provider, out ProtocolId result)
    {
        var valid = s is not null && IsValid(s);
        result = valid ? new ProtocolId(s!, true) : default;
        return valid;
    }

    /// <summary>Reads a protocol id from the bytes of a multistream line, without its newline.</summary>
    internal static bool TryParseUtf8(ReadOnlySpan<byte> line, out ProtocolId result)
    {
        result = default;
        if (line.Length is 0 or > MaxBytes)
            return false;

        try
        {
            return TryParse(StrictUtf8.GetString(line), null, out result);
        }
        catch (DecoderFallbackException)
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public override string ToString() => Value;

    /// <inheritdoc/>
    public string ToString(string? format, IFormatProvider? formatProvider) => Value;

    /// <inheritdoc/>
    public bool TryFormat(Span<char> destination, out int charsWritten, ReadOnlySpan<char> format, IFormatProvider? provider)
    {
        var fits = Value.TryCopyTo(destination);
        charsWritten = fits ? Value.Length : 0;
        return fits;
    }

    private static bool IsValid(string value)
    {
        if (value.Length is 0 or > MaxBytes || value.Contains('\n', StringComparison.Ordinal) || value is "na" or "ls" or "/multistream/1.0.0")
            return false;

        try
        {
            return StrictUtf8.GetByteCount(value) <= MaxBytes;
        }
        catch (EncoderFallbackException)
        {
            return false; // A lone surrogate has no UTF-8 form.
        }
    }
}
