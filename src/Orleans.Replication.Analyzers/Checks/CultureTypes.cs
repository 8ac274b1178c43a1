using Microsoft.CodeAnalysis;

namespace Orleans.Replication.Analyzers.Checks;

/// <summary>Knows which types are written and read differently in different cultures.</summary>
internal static class CultureTypes
{
    private static readonly HashSet<string> Signed = new(StringComparer.Ordinal)
    {
        "System.SByte", "System.Int16", "System.Int32", "System.Int64", "System.Int128", "System.IntPtr", "System.Half", "System.Single", "System.Double",
        "System.Decimal", "System.Numerics.BigInteger",
    };

    private static readonly HashSet<string> Unsigned = new(StringComparer.Ordinal)
    {
        "System.Byte", "System.UInt16", "System.UInt32", "System.UInt64", "System.UInt128", "System.UIntPtr",
    };

    private static readonly HashSet<string> Dates = new(StringComparer.Ordinal)
    {
        "System.DateTime", "System.DateTimeOffset", "System.DateOnly", "System.TimeOnly",
    };

    /// <summary>Whether a number, a date or a duration.</summary>
    public static bool AreParsed(ITypeSymbol type)
    {
        var name = Used.FullName(type);
        return Signed.Contains(name) || Unsigned.Contains(name) || Dates.Contains(name) || name == "System.TimeSpan";
    }

    /// <summary>
    /// Whether a value is written differently in different cultures. Without a format, what cannot be negative and durations are the same in all;
    /// with some formats, so are dates and integers.
    /// </summary>
    public static bool AreWritten(ITypeSymbol? type, string? format, bool hasFormat)
    {
        if (type is null)
            return false;
        type = Used.Value(type);
        if (!AreParsed(type))
            return false;
        var name = Used.FullName(type);
        if (!hasFormat)
            return Signed.Contains(name) || Dates.Contains(name);
        if (Dates.Contains(name))
            return format is not ("o" or "O" or "r" or "R" or "s" or "u");
        return name == "System.TimeSpan" ? format is not ("c" or "t" or "T") : format is null || !IsHexadecimalOrBinary(format);
    }

    private static bool IsHexadecimalOrBinary(string format) => format.Length > 0 && format[0] is 'x' or 'X' or 'b' or 'B';
}
