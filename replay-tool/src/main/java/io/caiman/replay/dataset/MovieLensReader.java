package io.caiman.replay.dataset;

import io.caiman.replay.slot.SlotIds;
import io.caiman.schemas.avro.Impression;
import io.caiman.schemas.avro.Slot;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * MovieLens in any {@link MovieLensLayout}: each rating is an impression.
 *
 * <ul>
 *   <li>task {@code like}: the rating is 4 or more
 *   <li>domain: the first genre listed for the movie
 *   <li>slots: {@code genres}, all of them, and {@code genre2}, the second; {@code year}, from the end of the title, and
 *       its {@code decade}; {@code genre2} and the last two may be absent
 *   <li>id: the number of the rating in its file, counted from 1
 * </ul>
 *
 * A rating of a movie that the table of movies does not have is a bad line.
 */
final class MovieLensReader implements LogFormat {

    private static final double LIKED_FROM = 4;
    private static final double LOWEST_RATING = 0.5;
    private static final double HIGHEST_RATING = 5;
    private static final Pattern YEAR = Pattern.compile("\\((\\d{4})\\)$");

    /** The numbers of a record. */
    private static final int USER = 0;

    private static final int ITEM = 1;
    private static final int LIKED = 2;

    private record Movie(String domain, List<Slot> slots) {}

    private final MovieLensLayout layout;
    private final Map<Long, Movie> movies = new HashMap<>();
    private final Set<String> domains;

    private MovieLensReader(Path folder, MovieLensLayout layout, Set<String> domains) {
        this.layout = layout;
        layout.readMovies(folder, (id, title, genres) -> movies.put(id, movie(title, genres)));
        Set<String> known = new TreeSet<>();
        movies.values().forEach(movie -> known.add(movie.domain));
        if (!known.containsAll(domains)) {
            throw new DatasetException("--domains: expected some of %s, got %s"
                    .formatted(String.join(", ", known), String.join(", ", domains)));
        }
        this.domains = domains;
    }

    static ImpressionSource open(DatasetOptions options) {
        Path folder = options.folder(Dataset.MOVIELENS);
        MovieLensLayout layout = MovieLensLayout.in(folder);
        MovieLensReader reader = new MovieLensReader(folder, layout, options.domains());
        Path ratings = layout.ratings(folder);
        SortedLog.requireFile(ratings);
        return new SortedLog(
                Provenance.of(Dataset.MOVIELENS, options, List.of(ratings, folder.resolve(layout.moviesFile()))),
                reader,
                List.of(ratings),
                options);
    }

    private static Movie movie(String title, List<String> genres) {
        List<Slot> slots = new ArrayList<>();
        slots.add(SlotIds.slot("genres", genres));
        if (genres.size() > 1) {
            slots.add(SlotIds.slot("genre2", SlotIds.of(genres.get(1))));
        }
        var year = YEAR.matcher(title);
        if (year.find()) {
            long value = Long.parseLong(year.group(1));
            slots.add(SlotIds.slot("year", value));
            slots.add(SlotIds.slot("decade", value / 10 * 10));
        }
        return new Movie(genres.get(0).isBlank() ? "(no genres listed)" : genres.get(0), List.copyOf(slots));
    }

    @Override
    public LineLayout layout(Path file) {
        return layout.ratings();
    }

    @Override
    public List<String> columns() {
        return MovieLensLayout.ratingColumns();
    }

    @Override
    public Verdict parse(DelimitedLine line, LogRecord record) throws MalformedLineException {
        record.keep(line.id(0));
        record.keep(line.id(1));
        record.keep(rating(line) >= LIKED_FROM ? 1 : 0);
        long seconds = line.whole(3);
        if (seconds < 1 || seconds >= EventTimeSorter.TIME_BOUND / 1000) {
            throw line.malformed(3, "seconds since 1970");
        }
        record.time(seconds * 1000);
        Movie movie = movies.get(record.number(ITEM));
        if (movie == null) {
            throw line.malformed(1, "a movie of " + layout.moviesFile());
        }
        return domains.isEmpty() || domains.contains(movie.domain) ? Verdict.KEPT : Verdict.FILTERED;
    }

    private static double rating(DelimitedLine line) throws MalformedLineException {
        try {
            double rating = Double.parseDouble(line.text(2));
            if (rating >= LOWEST_RATING && rating <= HIGHEST_RATING) {
                return rating;
            }
        } catch (NumberFormatException e) {
            // Reported below, as a number out of range is.
        }
        throw line.malformed(2, "a rating from 0.5 to 5");
    }

    @Override
    public Impression impression(LogRecord record) {
        Movie movie = movies.get(record.number(ITEM));
        if (movie == null) {
            throw new IllegalStateException("no movie " + record.number(ITEM));
        }
        return new Impression(
                Long.toString(layout.ratings().hasHeader() ? record.line() - 1 : record.line()),
                record.time(),
                Long.toString(record.number(USER)),
                Long.toString(record.number(ITEM)),
                movie.domain,
                movie.slots,
                Map.of(),
                Map.of("like", record.number(LIKED) == 1),
                null,
                List.of());
    }

    @Override
    public long withoutFeatures() {
        return 0;
    }
}
