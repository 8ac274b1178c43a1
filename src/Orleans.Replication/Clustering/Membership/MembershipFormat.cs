using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using Google.Protobuf;
using Orleans.Replication.Clustering.Membership.Wire;
using Orleans.Runtime;

namespace Orleans.Replication.Clustering.Membership;

/// <summary>The bytes of the membership table's records and commands. Each begins with the version of the format.</summary>
internal static class MembershipFormat
{
    /// <summary>The version of the format that this software writes.</summary>
    public const byte Version = 1;

    /// <summary>The longest cluster id and silo address. They are parts of keys.</summary>
    public const int MaxNameCharacters = 1024;

    /// <summary>Those of <see cref="DateTime.MaxValue"/>.</summary>
    private const long MaxTicks = 3_155_378_975_999_999_999;

    /// <summary>Makes the bytes of a command.</summary>
    public static byte[] Encode(MembershipChange change) => Encode((IMessage)change);

    /// <summary>Reads a command, and everything inside that is going to be stored and read again.</summary>
    /// <returns>False when the bytes are no command of this format.</returns>
    public static bool TryDecodeChange(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out MembershipChange? change)
    {
        try
        {
            change = MembershipChange.Parser.ParseFrom(bytes[1..]);
            return IsName(change.Cluster) && change.ChangeCase switch
            {
                MembershipChange.ChangeOneofCase.Insert => IsRowOf(change.Insert.Row.Span, change.Insert.Silo),
                MembershipChange.ChangeOneofCase.Update => IsRowOf(change.Update.Row.Span, change.Update.Silo),
                MembershipChange.ChangeOneofCase.Heartbeat => IsName(change.Heartbeat.Silo),
                MembershipChange.ChangeOneofCase.RemoveDefunct or MembershipChange.ChangeOneofCase.RemoveAll => true,
                _ => false,
            };
        }
        catch (Exception e) when (e is InvalidProtocolBufferException or InvalidDataException)
        {
            change = null;
            return false;
        }
    }

    /// <summary>Makes the bytes of a row: everything of the entry but its heartbeat.</summary>
    public static byte[] EncodeRow(MembershipEntry entry)
    {
        var row = new MembershipRow
        {
            Silo = entry.SiloAddress.ToParsableString(),
            Status = (int)entry.Status,
            ProxyPort = entry.ProxyPort,
            UpdateZone = entry.UpdateZone,
            FaultZone = entry.FaultZone,
            StartTime = ToTicks(entry.StartTime),
        };
        // The setters of optional strings refuse null, which is how protobuf spells absence.
        if (entry.HostName is { } host)
            row.HostName = host;
        if (entry.SiloName is { } silo)
            row.SiloName = silo;
        if (entry.RoleName is { } role)
            row.RoleName = role;
        if (entry.SuspectTimes is { } suspects)
            row.Suspects = new() { Suspect = { suspects.Select(s => new Suspect { Silo = s.Item1.ToParsableString(), Time = ToTicks(s.Item2) }) } };
        return Encode(row);
    }

    /// <summary>Reads a stored row.</summary>
    /// <exception cref="InvalidDataException">The row was written by other software.</exception>
    public static MembershipRow DecodeRow(ReadOnlySpan<byte> bytes)
    {
        CheckVersion(bytes);
        return MembershipRow.Parser.ParseFrom(bytes[1..]);
    }

    /// <summary>Makes the entry of a row and its heartbeat. Nobody else holds the entry.</summary>
    public static MembershipEntry ToEntry(MembershipRow row, long aliveTime) => new()
    {
        SiloAddress = SiloAddress.FromParsableString(row.Silo),
        Status = (SiloStatus)row.Status,
        SuspectTimes = row.Suspects?.Suspect.Select(s => Tuple.Create(SiloAddress.FromParsableString(s.Silo), ToTime(s.Time))).ToList(),
        ProxyPort = row.ProxyPort,
        HostName = row.HasHostName ? row.HostName : null!,
        SiloName = row.HasSiloName ? row.SiloName : null!,
        RoleName = row.HasRoleName ? row.RoleName : null,
        UpdateZone = row.UpdateZone,
        FaultZone = row.FaultZone,
        StartTime = ToTime(row.StartTime),
        IAmAliveTime = ToTime(aliveTime),
    };

    /// <summary>True when a row can be read as an entry: its addresses are some, its times exist.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "Whatever an address that is none makes its parser throw.")]
    public static bool IsReadable(ReadOnlySpan<byte> row, long aliveTime)
    {
        try
        {
            return Enum.IsDefined(ToEntry(DecodeRow(row), aliveTime).Status);
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            return false;
        }
    }

    /// <summary>True when the ticks are those of a time.</summary>
    public static bool IsTime(long ticks) => ticks is >= 0 and <= MaxTicks;

    /// <summary>
    /// When the silo was last heard of: the latest of its start, its heartbeat and the votes against it (the runtime's own rule for which rows a
    /// clean-up may remove).
    /// </summary>
    public static long LastUpdate(MembershipRow row, long aliveTime) =>
        (row.Suspects?.Suspect ?? []).Aggregate(Math.Max(row.StartTime, aliveTime), (latest, suspect) => Math.Max(latest, suspect.Time));

    /// <summary>Makes the bytes of a number: the table's version, or the ticks of a heartbeat.</summary>
    public static byte[] EncodeNumber(long value)
    {
        var bytes = new byte[1 + sizeof(long)];
        bytes[0] = Version;
        BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(1), value);
        return bytes;
    }

    /// <summary>Reads a stored number.</summary>
    /// <exception cref="InvalidDataException">The number was written by other software.</exception>
    public static long DecodeNumber(ReadOnlySpan<byte> bytes)
    {
        CheckVersion(bytes);
        return BinaryPrimitives.ReadInt64BigEndian(bytes[1..]);
    }

    /// <summary>The ticks of a time in UTC. A time of unspecified kind is taken as UTC, as the runtime does.</summary>
    public static long ToTicks(DateTime time) => (time.Kind == DateTimeKind.Local ? time.ToUniversalTime() : time).Ticks;

    private static bool IsRowOf(ReadOnlySpan<byte> row, string silo) => IsName(silo) && DecodeRow(row).Silo == silo;

    private static bool IsName(string name) => name.Length is > 0 and <= MaxNameCharacters;

    private static DateTime ToTime(long ticks) => new(ticks, DateTimeKind.Utc);

    private static byte[] Encode(IMessage message)
    {
        var bytes = new byte[1 + message.CalculateSize()];
        bytes[0] = Version;
        message.WriteTo(bytes.AsSpan(1));
        return bytes;
    }

    private static void CheckVersion(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length == 0 || bytes[0] != Version)
            throw new InvalidDataException($"A membership record has format {(bytes.Length == 0 ? "none" : bytes[0])}; this version of the software reads {Version}.");
    }
}
