# The portal's image: web, worker and beat run from it (docker-compose.yml).
FROM python:3.11-slim-bookworm

# The same list as deploy/system-packages.sh: what lays out certificates, characters of rare names, and what draws a PDF
# whose own fonts are not in it. Beside it what copies a PostgreSQL of the same version (docker-compose.yml, backup).
RUN apt-get update \
    && apt-get install --yes --no-install-recommends \
        libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-hanazono fonts-noto-cjk postgresql-client-15 \
    && rm -rf /var/lib/apt/lists/*

RUN useradd --uid 10001 --no-create-home --home-dir /data portal \
    && install --directory --owner portal --group portal --mode 700 /data
WORKDIR /srv/portal

COPY requirements.txt ./
RUN pip install --no-cache-dir --require-hashes --requirement requirements.txt

COPY . ./
ENV DJANGO_SETTINGS_MODULE=ceportal.settings.production \
    PYTHONUNBUFFERED=1 \
    DATA_DIR=/data \
    STATIC_ROOT=/srv/static \
    XDG_CACHE_HOME=/data/cache
# Static files are named by their digest and compressed here, once. The keys are for this command alone, which writes
# nothing below /data: it is root's, and the portal is not.
RUN DATA_DIR=/tmp/building XDG_CACHE_HOME=/tmp/building CEPORTAL_SECRET_KEY=building CEPORTAL_SEALING_KEY=building CEPORTAL_INDEX_KEY=building \
    ALLOWED_HOSTS=building PUBLIC_URL=https://building DATABASE_URL=sqlite:////tmp/building.sqlite3 \
    python manage.py collectstatic --no-input

USER portal
VOLUME /data
CMD ["gunicorn", "--config", "deploy/gunicorn.conf.py", "ceportal.wsgi"]
