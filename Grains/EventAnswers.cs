using Granary.Embedded;
using Granary.Grains.Interfaces;

namespace Granary.Grains;

/// <summary>Events as wire records, and back.</summary>
internal static class EventAnswers
{
    public static EventsAnswer Of(EventPage page) => new(
        [.. page.Events.Select(e => new EventAnswer(
            e.Id.Value, (byte)e.Kind, e.Time, e.Topic, e.Content.ToArray(), (byte)e.Status, e.EventId))],
        page.UpTo, page.Start, page.Missed);

    public static EventPage Read(EventsAnswer answer) => new(
        [.. answer.Events.Select(e => e.ToEvent())], answer.UpTo, answer.Start, answer.Missed);
}
