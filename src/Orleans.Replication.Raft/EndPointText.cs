using System.Globalization;
using System.Net;

namespace Orleans.Replication.Raft;

/// <summary>End points as the group's log keeps them, for the two kinds that .NET has names for.</summary>
internal static class EndPointText
{
    /// <summary><c>ip 10.0.0.2:4001</c> or <c>dns host:4001</c>.</summary>
    /// <exception cref="NotSupportedException">It is of another kind.</exception>
    public static string Format(EndPoint endPoint) => endPoint switch
    {
        IPEndPoint ip => $"ip {ip}",
        DnsEndPoint dns => string.Create(CultureInfo.InvariantCulture, $"dns {dns.Host}:{dns.Port}"),
        _ => throw new NotSupportedException(
            $"An end point of type {endPoint.GetType()} cannot be written to the log. Set {nameof(RaftNodeOptions)}.{nameof(RaftNodeOptions.FormatEndPoint)} "
            + $"and {nameof(RaftNodeOptions.ParseEndPoint)}."),
    };

    /// <exception cref="FormatException">The text is not what <see cref="Format"/> writes.</exception>
    public static EndPoint Parse(string text)
    {
        if (text.StartsWith("ip ", StringComparison.Ordinal))
            return IPEndPoint.Parse(text[3..]);
        var colon = text.LastIndexOf(':');
        return text.StartsWith("dns ", StringComparison.Ordinal) && colon > 4 && ushort.TryParse(text[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            ? new DnsEndPoint(text[4..colon], port)
            : throw new FormatException($"'{text}' is no address of a member.");
    }
}
