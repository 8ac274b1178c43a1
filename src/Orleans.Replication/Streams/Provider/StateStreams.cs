using System.Text;
using Orleans.Runtime;

namespace Orleans.Replication.Streams.Provider;

/// <summary>Which stream a state has, and back.</summary>
internal static class StateStreams
{
    private const byte Separator = (byte)'/';

    /// <summary>The stream of a state.</summary>
    public static StreamId IdOf(GrainId grain, string stateName) =>
        StreamId.Create(Encoding.UTF8.GetBytes($"{Uri.EscapeDataString(grain.Type.ToString()!)}/{stateName}"), grain.Key.AsSpan());

    /// <summary>The state of a stream.</summary>
    /// <returns>False when it is the stream of none.</returns>
    public static bool TryGetState(StreamId stream, out GrainId grain, out string stateName)
    {
        (grain, stateName) = (default, string.Empty);
        var name = stream.Namespace.Span;
        var end = name.IndexOf(Separator);
        if (end <= 0 || end == name.Length - 1)
            return false;
        grain = new GrainId(GrainType.Create(Uri.UnescapeDataString(Encoding.UTF8.GetString(name[..end]))), new IdSpan(stream.Key.ToArray()));
        stateName = Encoding.UTF8.GetString(name[(end + 1)..]);
        return true;
    }
}
