using System.Net;
using CsCheck;
using Orleans.Runtime;

namespace Orleans.Replication.Tests.Clustering;

/// <summary>Random rows of a membership table.</summary>
internal static class MembershipGen
{
    public static readonly Gen<DateTime> Time =
        Gen.Long[DateTime.UnixEpoch.Ticks, DateTime.UnixEpoch.AddYears(100).Ticks].Select(ticks => new DateTime(ticks, DateTimeKind.Utc));

    public static readonly Gen<SiloAddress> Silo =
        Gen.Select(Gen.OneOf(Gen.Byte.Array[4], Gen.Byte.Array[16]), Gen.Int[1, 65535], Gen.Int[0, int.MaxValue])
            .Select((address, port, generation) => SiloAddress.New(new IPAddress(address), port, generation));

    public static readonly Gen<MembershipEntry> Entry =
        from silo in Silo
        from status in Gen.Enum<SiloStatus>()
        from suspects in Gen.Null(Gen.Select(Silo, Time).Select((s, t) => Tuple.Create(s, t)).List[0, 3])
        from proxyPort in Gen.Int
        from hostName in Gen.Null(Gen.String)
        from siloName in Gen.Null(Gen.String)
        from roleName in Gen.Null(Gen.String)
        from zones in Gen.Select(Gen.Int, Gen.Int)
        from times in Gen.Select(Time, Time)
        select new MembershipEntry
        {
            SiloAddress = silo,
            Status = status,
            SuspectTimes = suspects,
            ProxyPort = proxyPort,
            HostName = hostName!,
            SiloName = siloName!,
            RoleName = roleName,
            UpdateZone = zones.Item1,
            FaultZone = zones.Item2,
            StartTime = times.Item1,
            IAmAliveTime = times.Item2,
        };
}
