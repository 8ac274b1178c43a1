using System.Collections;

namespace Orleans.Replication.Nemesis.Processes;

/// <summary>The silos that clients are to turn to now, while others come and go. Any index is good: it goes around.</summary>
internal sealed class CurrentSilos : IReadOnlyList<KeyValueSilo>
{
    private volatile KeyValueSilo[] _silos = [];

    public int Count => _silos.Length;

    public KeyValueSilo this[int index]
    {
        get
        {
            var silos = _silos;
            return silos[index % silos.Length];
        }
    }

    public void Add(KeyValueSilo silo) => _silos = [.. _silos, silo];

    public void Remove(KeyValueSilo silo) => _silos = [.. _silos.Where(other => other != silo)];

    public IEnumerator<KeyValueSilo> GetEnumerator() => ((IEnumerable<KeyValueSilo>)_silos).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
