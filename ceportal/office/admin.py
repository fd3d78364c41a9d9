"""The admin site of the bureaus."""

from django.contrib import admin


class BureauAdminSite(admin.AdminSite):
    site_header = "继续教育管理工作台"
    site_title = "继续教育管理工作台"
    index_title = "我的工作台"
    site_url = "/home/"
